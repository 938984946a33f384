import { availableParallelism } from 'node:os';
import { regularPolicy } from '../src/analysis/policy.js';
import { judge, judgeUnobserved, type Verdict } from '../src/analysis/verdict.js';
import { describeRatePlainly } from '../src/evaluation/describe-numbers.js';
import { makeRate } from '../src/evaluation/rate.js';
import {
  hasLabelledPictures,
  type LabelledPicture,
  labelledPictures,
  listLabelledPictures,
  readLabelledPicture,
} from '../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../test/measuring-engine.js';

// Prints the tables of docs/accuracy.md as Markdown: the labelled pictures (TRIFACE_TEST_EVAL, dev half), analysed by the engine and judged by
// the regular policy.
if (!hasLabelledPictures()) {
  console.error(`${labelledPictures} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled pictures`);
  process.exit(1);
}

interface Judged extends LabelledPicture {
  readonly verdict: Verdict;
}

const engine = await startMeasuringEngine(availableParallelism());

async function judgeAll(pictures: LabelledPicture[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (let i = 0; i < pictures.length; i += 16) {
    const batch = pictures.slice(i, i + 16).map(async (picture) => {
      const outcome = await engine.analyze(readLabelledPicture(picture), 1);
      const verdict =
        'observation' in outcome ? judge(outcome.observation, regularPolicy) : judgeUnobserved('image-unreadable', regularPolicy);
      return { ...picture, verdict };
    });
    judged.push(...(await Promise.all(batch)));
  }
  return judged;
}

/** k of n with its Wilson 95 % interval, as text. */
const describe = (k: number, n: number): string => describeRatePlainly(makeRate(k, n));

function group<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return new Map([...groups].sort(([a], [b]) => a.localeCompare(b)));
}

const antispoof = await judgeAll(listLabelledPictures('A_antispoof'));
const main = antispoof.filter(({ kind }) => !/tightcrop/.test(kind));
const scores = (label: string): number[] =>
  main.filter((picture) => picture.label === label).map(({ verdict }) => verdict.liveness ?? 0);
const [live, attack] = [scores('live'), scores('attack')];
const wins = live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0);
console.log('## Attacks\n');
console.log(`AUC ${(wins / live.length / attack.length).toFixed(4)} (a picture without a score counts as 0)\n`);
console.log('| kind | label | accepted at 0.5 (liveness alone) | accepted (whole verdict) |\n|---|---|---|---|');
for (const [kind, pictures] of group(antispoof, (picture) => picture.kind)) {
  const alive = pictures.filter(({ verdict }) => (verdict.liveness ?? 0) >= 0.5).length;
  const accepted = pictures.filter(({ verdict }) => verdict.accepted).length;
  console.log(
    `| ${kind} | ${pictures[0]!.label} | ${describe(alive, pictures.length)} | ${describe(accepted, pictures.length)} |`,
  );
}

console.log('\n## Conditions\n\n| condition | pictures | first finding given |\n|---|---|---|');
for (const [kind, pictures] of group(await judgeAll(listLabelledPictures('C_conditions')), (picture) => picture.kind)) {
  const given = group(pictures, ({ verdict }) => verdict.findings[0] ?? 'none');
  console.log(
    `| ${kind} | ${pictures.length} | ${[...given].map(([finding, those]) => `${finding} ${those.length}`).join(', ')} |`,
  );
}
await engine.close();
