import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageObservation } from '../analysis/observation.js';
import { describeRun, type EvaluationRun, listedErrors } from './evaluation-run.js';
import { type FailedMeasurement, measureFiles, pictureItems } from './measure-files.js';
import { renderRecognitionPage } from './recognition-page.js';
import { type ComparedPair, cosine, type RecognitionReport, reportRecognition } from './recognition-report.js';
import { EvaluationError, type PairSample } from './sample.js';
import { StateFile } from './state-file.js';
import { writeReport } from './write-report.js';

export interface RecognitionRun extends EvaluationRun {
  readonly pairs: readonly PairSample[];
  readonly subject: Subject;
}

/**
 * Which face is compared: the most prominent (as the server does), the largest, or the most central (the convention of many data
 * sets).
 */
export type Subject = 'prominent' | 'largest' | 'central';

/** What is kept of a picture until all pairs are compared. */
interface KeptTemplate {
  /** base64 of 512 little-endian floats; null if no face was found */
  readonly template: string | null;
}

/**
 * Compares labelled pairs, one face per picture, and writes the report. The state file holds face templates, so only its owner
 * can read it, and it is removed once the report is written.
 * @returns undefined if aborted: the state file then holds the templates so far, and no report is written
 */
export async function evaluateRecognition(run: RecognitionRun): Promise<RecognitionReport | undefined> {
  const { pairs } = run;
  if (pairs.length === 0) throw new EvaluationError('there are no pairs to compare');
  const paths = [...new Set(pairs.flatMap(({ pathA, pathB }) => [pathA, pathB]))];
  const stateFile = join(run.out, 'templates.ndjson');
  const state = await StateFile.open<KeptTemplate | FailedMeasurement>(stateFile, run.measuredBy, run.fresh);
  const complete = await measureFiles({
    ...run,
    items: pictureItems(paths, run.analyze),
    locate: (path) => resolve(run.root, path),
    keep: (observation) => keepTemplate(observation, run.subject),
    state,
  });
  if (!complete) return undefined;

  const templates = new Map<string, Float32Array | string>();
  for await (const { path, result } of state.read()) templates.set(path, readTemplate(result));
  const compared = pairs.map((pair): ComparedPair => {
    const [a, b] = [templates.get(pair.pathA)!, templates.get(pair.pathB)!];
    if (typeof a === 'string') return { ...pair, score: null, reason: `first: ${a}` };
    if (typeof b === 'string') return { ...pair, score: null, reason: `second: ${b}` };
    return { ...pair, score: cosine(a, b), reason: undefined };
  });
  const report = reportRecognition(compared, { ...run, listed: listedErrors });
  const facts = describeRun(run, paths.length);
  await writeReport(run.out, facts, report, renderRecognitionPage(report, compared, facts), toRows(compared));
  await rm(stateFile);
  return report;
}

function keepTemplate({ width, height, faces }: ImageObservation, wanted: Subject): KeptTemplate {
  const offCentre = ({ box }: (typeof faces)[number]): number =>
    Math.hypot((box.x1 + box.x2) / 2 - width / 2, (box.y1 + box.y2) / 2 - height / 2);
  // The engine already puts the wanted face first, except for `central`.
  const subject = wanted !== 'central' ? faces[0] : faces.toSorted((a, b) => offCentre(a) - offCentre(b))[0];
  const { embedding } = subject ?? {};
  return {
    template: embedding ? Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64') : null,
  };
}

/** @returns the template, or the reason why there is none */
function readTemplate(kept: KeptTemplate | FailedMeasurement): Float32Array | string {
  if ('fault' in kept) return `${kept.fault}: ${kept.reason}`;
  if (kept.template === null) return 'no face found';
  const bytes = Uint8Array.from(Buffer.from(kept.template, 'base64'));
  return new Float32Array(bytes.buffer);
}

function* toRows(pairs: readonly ComparedPair[]): Generator<Record<string, string | number | null>> {
  for (const { pathA, pathB, same, score, reason } of pairs) {
    yield { path_a: pathA, path_b: pathB, label: same ? 'same' : 'different', cosine: score, reason: reason ?? '' };
  }
}
