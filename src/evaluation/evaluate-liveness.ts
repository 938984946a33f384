import { join, resolve } from 'node:path';
import type { ImageObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { type ComparedSide, type Comparison, compareResults } from './comparison.js';
import { describeWeights } from './describe-numbers.js';
import { describeRun, type EvaluationRun, listedErrors } from './evaluation-run.js';
import { type JudgedSample, judgeSample, keepForVerdict } from './judge-sample.js';
import { renderLivenessPage } from './liveness-page.js';
import { type LivenessReport, reportLiveness } from './liveness-report.js';
import { makeThumbnails, type ThumbnailMaker } from './make-thumbnails.js';
import { type FailedMeasurement, measureFiles, pictureItems } from './measure-files.js';
import { outcomeOf } from './outcome.js';
import { isSameFusion, type ModelWeights, reweigh } from './reweigh.js';
import { EvaluationError, type LivenessSample } from './sample.js';
import { StateFile } from './state-file.js';
import { writeReport } from './write-report.js';

/** Models and policy by which pictures are judged. */
export interface JudgedBy {
  readonly weights: ModelWeights;
  readonly policy: Policy;
}

export interface LivenessRun extends EvaluationRun {
  readonly samples: readonly LivenessSample[];
  /** what the report is about */
  readonly judgedBy: JudgedBy;
  /** what it is compared with; undefined for no comparison */
  readonly comparedWith: JudgedBy | undefined;
  /** weights of the measuring engine, which runs at least the models of both */
  readonly measuredWeights: ModelWeights;
  /** given only if the operator asked for faces in the report */
  readonly makeThumbnail?: ThumbnailMaker;
}

/**
 * Measures labelled presentations and writes the report. Measurements are kept in the state file, so that later runs with the
 * same models reuse them, even under another policy or threshold.
 * @returns undefined if aborted: the state file then holds the measurements so far, and no report is written
 */
export async function evaluateLiveness(run: LivenessRun): Promise<LivenessReport | undefined> {
  const { samples, root } = run;
  rejectDuplicates(samples);
  const locate = (path: string): string => resolve(root, path);
  const state = await StateFile.open<ImageObservation | FailedMeasurement>(
    join(run.out, 'state.ndjson'),
    run.measuredBy,
    run.fresh,
  );
  const complete = await measureFiles({
    ...run,
    items: pictureItems(
      samples.map(({ path }) => path),
      run.analyze,
    ),
    locate,
    keep: keepForVerdict,
    state,
  });
  if (!complete) return undefined;

  const [all, others] = await judgeAll(run, state);
  const report = reportLiveness(all!, {
    ...run,
    weights: run.judgedBy.weights,
    threshold: run.judgedBy.policy.liveness,
    judgeability: run.judgedBy.policy.judgeability,
    policyVersion: run.judgedBy.policy.version,
    comparison: compare(run, all!, others),
    listed: listedErrors,
  });
  const listed = [...Object.values(report.errors).flat(), ...(report.comparison?.pictures ?? [])].map(({ path }) => path);
  const thumbnails = run.makeThumbnail && (await makeThumbnails(listed, locate, run.makeThumbnail));
  const facts = describeRun(run, samples.length);
  const page = renderLivenessPage(report, all!, facts, thumbnails);
  await writeReport(run.out, facts, report, page, toRows(all!));
  return report;
}

/** Judges every measured picture, as the report requires and as the other side of the comparison does. */
async function judgeAll(
  { samples, judgedBy, comparedWith, measuredWeights }: LivenessRun,
  state: StateFile<ImageObservation | FailedMeasurement>,
): Promise<JudgedSample[][]> {
  const byPath = new Map(samples.map((sample) => [sample.path, sample]));
  const sides = [judgedBy, ...(comparedWith ? [comparedWith] : [])].map((by) => ({
    ...by,
    measured: isSameFusion(by.weights, measuredWeights),
    judged: new Map<string, JudgedSample>(),
  }));
  for await (const { path, result } of state.read()) {
    const sample = byPath.get(path);
    if (!sample) continue;
    for (const { weights, policy, measured, judged } of sides)
      judged.set(path, judgeSample(sample, measured || 'fault' in result ? result : reweigh(result, weights), policy));
  }
  return sides.map(({ judged }) => samples.map(({ path }) => judged.get(path)!));
}

function compare(
  { judgedBy, comparedWith, seed }: LivenessRun,
  a: readonly JudgedSample[],
  b: readonly JudgedSample[] | undefined,
): Comparison | null {
  if (!comparedWith || !b) return null;
  const describe = ({ weights, policy }: JudgedBy): ComparedSide => ({
    models: describeWeights(weights),
    policyVersion: policy.version,
    threshold: policy.liveness,
  });
  return compareResults(a, b, { a: describe(judgedBy), b: describe(comparedWith), seed, listed: listedErrors });
}

function rejectDuplicates(samples: readonly LivenessSample[]): void {
  const seen = new Set<string>();
  for (const { path } of samples) {
    if (seen.has(path)) throw new EvaluationError(`${path} is listed twice; list each picture once`);
    seen.add(path);
  }
  if (samples.length === 0) throw new EvaluationError('there are no pictures to evaluate');
}

function* toRows(samples: readonly JudgedSample[]): Generator<Record<string, string | number | null>> {
  for (const sample of samples) {
    yield {
      path: sample.path,
      label: sample.bonaFide ? 'bona-fide' : 'attack',
      species: sample.species,
      source: sample.source,
      score: sample.score,
      judgeability: sample.judgeability,
      verdict: outcomeOf(sample),
      findings: sample.findings.join(' '),
      reason: sample.reason ?? '',
    };
  }
}
