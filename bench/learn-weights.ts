import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageObservation } from '../src/analysis/observation.js';
import { toLogit, toProbability } from '../src/base/logit.js';
import { makeErrorCurve } from '../src/evaluation/error-curve.js';
import { fitLogistic } from '../src/evaluation/fit-logistic.js';
import { fuse, learnWeights } from '../src/evaluation/learn-weights.js';
import { readLivenessTable } from '../src/evaluation/read-table.js';
import { suggestThreshold } from '../src/evaluation/suggest-threshold.js';
import { labelledPictures } from '../test/accuracy/labelled-pictures.js';

// Do learned fusion weights hold on other sources if the shipped score has not seen these sources either? `triface evaluate`
// cannot answer this, since the shipped score was learned on these pictures and looks better than it is. Here each source is judged
// by a regression of the signals (as in bench/learn-liveness.ts, but without the further photographs) and by weights, both learned
// on the other sources. The weights are learned from shipped scores computed in the same way. Needs the labelled pictures
// (TRIFACE_TEST_EVAL), and DATA_DIR with added packs.
//   DATA_DIR=… node dist/bench/learn-weights.js facenox,silent-face
const packs = process.argv[2];
if (packs === undefined) throw new Error('name the packs, as a,b');

const table = join(labelledPictures, 'manifest.csv');
const columns = { species: 'kind', source: 'source_repo' };
const where = ['category=A_antispoof', 'kind!=*_tightcrop,*synthetic*'];
const ridge = 10;

interface Row {
  readonly bonaFide: boolean;
  readonly source: string;
  /** higher for bona fide */
  readonly signals: readonly number[];
  readonly packs: readonly number[];
}

/** Measures with the command, and reads its state file. */
async function measure(): Promise<Row[]> {
  const out = mkdtempSync(join(tmpdir(), 'triface-weights-'));
  try {
    const options = ['--columns', 'species=kind,source=source_repo', '--packs', packs!, '--out', out, '--where', ...where];
    execFileSync(process.execPath, [
      ...[fileURLToPath(new URL('../src/cli.js', import.meta.url)), 'evaluate', '--csv', table],
      ...options,
    ]);
    const measured = new Map<string, ImageObservation>();
    for (const line of readFileSync(join(out, 'state.ndjson'), 'utf8').trim().split('\n').slice(1)) {
      const { path, result } = JSON.parse(line) as { path: string; result: ImageObservation };
      measured.set(path, result);
    }
    return (await readLivenessTable(table, { columns, where })).flatMap(({ path, bonaFide, source }) => {
      const face = measured.get(path)?.faces?.[0];
      if (!face) return [];
      const { network, periodicity, straightEdges } = face.livenessSignals;
      const { shipped: _, ...others } = face.livenessScores;
      return [{ bonaFide, source, signals: [network, -periodicity, -straightEdges], packs: Object.values(others).map(toLogit) }];
    });
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** @returns the shipped score's logit as learned on these */
function learnShipped(rows: readonly Row[]): (row: Row) => number {
  const groupOf = ({ source, bonaFide }: Row): string => `${bonaFide} ${source}`;
  const sizes = new Map<string, number>();
  for (const row of rows) sizes.set(groupOf(row), (sizes.get(groupOf(row)) ?? 0) + 1);
  const shares = rows.map((row) => 1 / Math.sqrt(sizes.get(groupOf(row))!));
  const total = shares.reduce((a, b) => a + b, 0);
  const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const means = rows[0]!.signals.map((_, k) => mean(({ signals }) => signals[k]!));
  const spreads = means.map((middle, k) => Math.sqrt(mean(({ signals }) => (signals[k]! - middle) ** 2)));
  const standardize = ({ signals }: Row): number[] => signals.map((value, k) => (value - means[k]!) / spreads[k]!);
  const examples = rows.map((row, i) => ({ inputs: standardize(row), wanted: row.bonaFide, share: shares[i]! / total }));
  const { intercept, weights } = fitLogistic(examples, [1, 0, 0], ridge / rows.length);
  const predict = (row: Row): number => standardize(row).reduce((sum, value, k) => sum + weights[k]! * value, intercept);
  return (row) => toLogit(toProbability(predict(row)));
}

const rows = await measure();
const sources = [...new Set(rows.map(({ source }) => source))];
const equal = [1, ...rows[0]!.packs.map(() => 1)];
const ways: Record<string, { bonaFide: boolean; score: number }[]> = { shipped: [], 'equal weights': [], 'learned weights': [] };
for (const source of sources) {
  const rest = rows.filter((row) => row.source !== source);
  const opinions = [...new Set(rest.map((row) => row.source))].flatMap((other) => {
    const shipped = learnShipped(rest.filter((row) => row.source !== other));
    return rest
      .filter((row) => row.source === other)
      .map((row) => ({ logits: [shipped(row), ...row.packs], bonaFide: row.bonaFide, group: other }));
  });
  const { weights } = learnWeights(opinions, equal)!;
  const shipped = learnShipped(rest);
  for (const row of rows.filter((one) => one.source === source)) {
    const logits = [shipped(row), ...row.packs];
    const add = (way: string, logit: number) => ways[way]!.push({ bonaFide: row.bonaFide, score: toProbability(logit) });
    add('shipped', logits[0]!);
    add('equal weights', fuse(logits, equal));
    add('learned weights', fuse(logits, weights));
  }
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
console.log(`${rows.length} faces of ${sources.length} sources, all by leave-one-source-out; packs ${packs}\n`);
console.log('| score | AUC | EER | BPCER / APCER at 0.5 | BPCER at APCER 5 % |\n|---|---|---|---|---|');
for (const [way, scored] of Object.entries(ways)) {
  const of = (kind: boolean): number[] => scored.flatMap(({ bonaFide, score }) => (bonaFide === kind ? [score] : []));
  const [live, attack] = [of(true), of(false)];
  const { area, equalError } = makeErrorCurve(live, attack);
  const bpcer = live.filter((score) => score < 0.5).length / live.length;
  const apcer = attack.filter((score) => score >= 0.5).length / attack.length;
  const at5 = suggestThreshold(live, attack, { falseAccept: 0.05 })?.falseReject.value ?? 1;
  console.log(
    `| ${way} | ${area.toFixed(4)} | ${percent(equalError)} | ${percent(bpcer)} / ${percent(apcer)} | ${percent(at5)} |`,
  );
}
