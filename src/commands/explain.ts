import type { Command } from 'commander';
import type { Check } from '../analysis/checks.js';
import { type CaptureExplanation, explainScan } from '../scans/explain-scan.js';
import type { FrameLiveness } from '../scans/frame-liveness.js';
import { findAnyScan } from '../scans/scans.js';
import { transact } from '../storage/transaction.js';
import { withChanges } from './with-changes.js';

/** `triface explain ID`: the measurements and thresholds behind a stored scan's verdict. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain <id>')
    .option('--json', 'print JSON')
    .action((id: string, options: { json?: boolean }) =>
      withChanges('explain', async ({ store, changes }) => {
        const scan = await findAnyScan(store, id);
        if (!scan) {
          console.error(`there is no scan ${id}`);
          process.exitCode = 1;
          return;
        }
        await transact(store.db, (db) =>
          changes.record(db, { action: 'scan.read', companyId: scan.companyId, subject: scan.id }),
        );
        const explanation = explainScan(scan);
        if (options.json) return console.log(JSON.stringify(explanation, null, 2));
        const { outcome, findings, policyVersion, livenessScore, uncertain, livenessModels } = explanation;
        console.log(`scan ${scan.number} (${scan.id}), contract ${scan.contract}, ${explanation.createdAt}`);
        console.log(
          `${outcome}${uncertain ? ', uncertain' : ''}; liveness ${livenessScore ?? 'not measured'}; policy ${policyVersion}`,
        );
        console.log(`liveness models: ${livenessModels}`);
        console.log(findings.length > 0 ? `findings (clients see the first): ${findings.join(', ')}` : 'no findings');
        for (const check of explanation.checks) console.log(describe(check));
        if (explanation.capture) for (const line of describeCapture(explanation.capture)) console.log(line);
      }),
    );
}

function describe({ passed, applies, when, measure, value, bound, threshold, finding }: Check): string {
  const mark = !applies ? '--  ' : passed ? 'ok  ' : 'FAIL';
  const condition = when === undefined ? '' : ` when ${when}`;
  return `  ${mark} ${measure}: ${value}, must be ${bound} ${threshold}${condition}${passed ? '' : `  → ${finding}`}`;
}

function* describeCapture({ score, probability, threshold, signals, frames }: CaptureExplanation): Generator<string> {
  yield `capture score ${score}, must be at least ${threshold}: ${probability === 1 ? 'live' : 'rejected'}`;
  for (const { name, suspicion, weight, evidence } of signals) {
    const numbers = Object.entries(evidence).map(([key, value]) => `${key} ${value}`);
    yield `  ${suspicion > 0 && weight > 0 ? '-' : ' '} ${name}: suspicion ${suspicion} × weight ${weight}  (${numbers.join(', ')})`;
  }
  if (frames) yield* describeFrames(frames);
}

function* describeFrames(frames: FrameLiveness): Generator<string> {
  yield `liveness: photo ${frames.photoLiveness}; frames ${frames.frameLiveness.map((value) => value ?? 'no face').join(', ')}`;
  if (frames.motion === undefined) return;
  const { motion, noMotion, motionEvidence, countsMotion, pictureLiveness, fused } = frames;
  const use = countsMotion ? '' : ' (not counted by the policy)';
  if (!motion) yield `motion: no statement (${noMotion})`;
  else {
    yield `motion: evidence ${short(motionEvidence!)}${use}; face against surroundings ${short(motion.residualRatio)}, against a plane ${short(motion.planeRatio)} (1: as they move), confidence ${short(motion.confidence)}${motion.carried ? '; the face was carried along with its surroundings' : ''}`;
    for (const pair of motion.pairs)
      yield `  ${Math.round(pair.ms)} ms: face ${short(pair.residual)}, plane ${short(pair.planeResidual)}, error ${short(pair.scatter)}, movement ${short(pair.movement)} eye distances; ${pair.surroundings} points around, ${pair.face} on the face`;
  }
  yield `pictures ${pictureLiveness}, fused ${fused}`;
}

/** Three significant digits. */
const short = (value: number): number => Number(value.toPrecision(3));
