import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { describeRun, type EvaluationRun, listedErrors } from './evaluation-run.js';
import { decideByVerdict, type JudgedSample, judgeSample, keepForVerdict } from './judge-sample.js';
import { renderLivenessPage } from './liveness-page.js';
import { type LivenessReport, reportLiveness } from './liveness-report.js';
import { type FailedMeasurement, measureFiles } from './measure-files.js';
import { EvaluationError, type LivenessSample } from './sample.js';
import { StateFile } from './state-file.js';
import { writeReport } from './write-report.js';

export interface LivenessRun extends EvaluationRun {
  readonly samples: readonly LivenessSample[];
  readonly policy: Policy;
  /** weight by liveness model, `shipped` first, as the measuring engine fuses them */
  readonly weights: Readonly<Record<string, number>>;
  /** creates a JPEG thumbnail for a listed error; given only if the operator asked for faces in the report */
  readonly makeThumbnail?: (bytes: Uint8Array) => Promise<Uint8Array | undefined>;
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
    paths: samples.map(({ path }) => path),
    locate,
    keep: keepForVerdict,
    state,
  });
  if (!complete) return undefined;

  const policy: Policy = { ...run.policy, liveness: run.threshold };
  const byPath = new Map(samples.map((sample) => [sample.path, sample]));
  const judged = new Map<string, JudgedSample>();
  for await (const { path, result } of state.read()) {
    const sample = byPath.get(path);
    if (sample) judged.set(path, judgeSample(sample, result, policy));
  }
  const all = samples.map(({ path }) => judged.get(path)!);
  const report = reportLiveness(all, {
    ...run,
    policyVersion: run.threshold === run.policy.liveness ? policy.version : `${policy.version} with liveness ${run.threshold}`,
    listed: listedErrors,
  });
  const thumbnails = run.makeThumbnail ? await makeThumbnails(report, locate, run.makeThumbnail) : undefined;
  const facts = describeRun(run, samples.length);
  const page = renderLivenessPage(report, all, facts, thumbnails && ((path) => thumbnails.get(path)));
  await writeReport(run.out, facts, report, page, toRows(all));
  return report;
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
      verdict: decideByVerdict(sample) === 'none' ? 'refused' : decideByVerdict(sample),
      findings: sample.findings.join(' '),
      reason: sample.reason ?? '',
    };
  }
}

/** @returns path → data URL, for the listed errors only */
async function makeThumbnails(
  { errors }: LivenessReport,
  locate: (path: string) => string,
  make: (bytes: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (const { path } of Object.values(errors).flat()) {
    const bytes = await readFile(locate(path)).catch(() => undefined);
    const small = bytes && (await make(bytes));
    if (small) urls.set(path, `data:image/jpeg;base64,${Buffer.from(small).toString('base64')}`);
  }
  return urls;
}
