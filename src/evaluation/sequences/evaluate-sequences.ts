import { join, resolve } from 'node:path';
import type { ImageObservation } from '../../analysis/observation.js';
import { describeWeights } from '../describe-numbers.js';
import type { JudgedBy } from '../evaluate-liveness.js';
import { describeRun, type EvaluationRun, listedErrors } from '../evaluation-run.js';
import { keepForVerdict } from '../judge-sample.js';
import { makeThumbnails, type ThumbnailMaker } from '../make-thumbnails.js';
import { type FailedMeasurement, type MeasuredItem, measureFiles } from '../measure-files.js';
import { outcomeOf } from '../outcome.js';
import { EvaluationError } from '../sample.js';
import { StateFile } from '../state-file.js';
import { writeReport } from '../write-report.js';
import { type JudgedSequence, judgeSequence } from './judge-sequence.js';
import { renderSequencePage } from './sequence-page.js';
import { reportSequences, type SequenceReport } from './sequence-report.js';
import type { SequenceSample } from './sequence-sample.js';

export interface SequenceRun extends EvaluationRun {
  readonly samples: readonly SequenceSample[];
  readonly judgedBy: JudgedBy;
  /** given only if the operator asked for faces in the report */
  readonly makeThumbnail?: ThumbnailMaker;
}

/**
 * Measures labelled sequences and writes the report. Measurements are kept in the state file, so that later runs with the same
 * models, frames and times reuse them, even under another policy or threshold.
 * @returns undefined if aborted: the state file then holds the measurements so far, and no report is written
 */
export async function evaluateSequences(run: SequenceRun): Promise<SequenceReport | undefined> {
  const { samples, root, judgedBy } = run;
  if (samples.length === 0) throw new EvaluationError('there are no sequences to evaluate');
  const locate = (path: string): string => resolve(root, path);
  const state = await StateFile.open<ImageObservation | FailedMeasurement>(
    join(run.out, 'sequences.ndjson'),
    run.measuredBy,
    run.fresh,
  );
  const items = samples.map((sample) => makeItem(sample, run.analyze));
  if (!(await measureFiles({ ...run, items, locate, keep: keepForVerdict, state }))) return undefined;

  const judged = await judgeAll(run, state);
  const report = reportSequences(judged, {
    ...run,
    threshold: judgedBy.policy.liveness,
    policyVersion: judgedBy.policy.version,
    models: describeWeights(judgedBy.weights),
    listed: listedErrors,
  });
  const listed = [...Object.values(report.errors).flat(), ...report.comparison.pictures].map(({ path }) => path);
  const thumbnails = run.makeThumbnail && (await makeThumbnails(listed, locate, run.makeThumbnail));
  const facts = describeRun(
    run,
    samples.reduce((sum, { frames }) => sum + frames.length, 0),
  );
  await writeReport(run.out, facts, report, renderSequencePage(report, judged, facts, thumbnails), toRows(judged));
  return report;
}

/** The last frame is the picture; those before it are moved to the worker with it. */
function makeItem({ sequence, frames }: SequenceSample, analyze: EvaluationRun['analyze']): MeasuredItem {
  return {
    name: sequence,
    files: frames.map(({ path }) => path),
    conditions: frames.map(({ path, at }) => `${path}@${at}`).join(' '),
    analyze: (contents) => {
      const earlier = contents.slice(0, -1).map((bytes, i) => ({ bytes, at: frames[i]!.at }));
      return analyze(contents.at(-1)!, earlier.length === 0 ? undefined : { at: frames.at(-1)!.at, earlier });
    },
  };
}

async function judgeAll(
  { samples, judgedBy }: SequenceRun,
  state: StateFile<ImageObservation | FailedMeasurement>,
): Promise<JudgedSequence[]> {
  const byName = new Map(samples.map((sample) => [sample.sequence, sample]));
  const judged = new Map<string, JudgedSequence>();
  for await (const { path: name, result } of state.read()) {
    const sample = byName.get(name);
    if (sample) judged.set(name, judgeSequence(sample, result, judgedBy.policy));
  }
  return samples.map(({ sequence }) => judged.get(sequence)!);
}

function* toRows(judged: readonly JudgedSequence[]): Generator<Record<string, string | number | null>> {
  for (const { sample, picture, withoutMotion, sequence, frameScores, motion, motionReason } of judged) {
    yield {
      sequence: sample.sequence,
      path: sample.path,
      label: sample.bonaFide ? 'bona-fide' : 'attack',
      kind: sample.species,
      source: sample.source,
      client: sample.client,
      frames_given: sample.given,
      frames: sample.frames.length,
      milliseconds: sample.frames.at(-1)!.at - sample.frames[0]!.at,
      picture_score: picture.score,
      without_motion_score: withoutMotion.score,
      sequence_score: sequence.score,
      frame_scores: frameScores.map((score) => score ?? 'none').join(' '),
      motion_evidence: motion?.evidence ?? null,
      motion_residual: motion?.residual ?? null,
      motion_plane: motion?.plane ?? null,
      motion_reason: motionReason ?? '',
      judgeability: sequence.judgeability,
      picture_verdict: outcomeOf(picture),
      sequence_verdict: outcomeOf(sequence),
      findings: sequence.findings.join(' '),
      reason: sequence.reason ?? '',
    };
  }
}
