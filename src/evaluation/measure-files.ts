import { readFile, stat } from 'node:fs/promises';
import type { AnalysisOutcome } from '../analysis/engine.js';
import type { ImageObservation } from '../analysis/observation.js';
import { BusyError } from '../base/busy-error.js';
import type { EvaluationRun } from './evaluation-run.js';
import type { MeasurementFault } from './sample.js';
import type { StateFile } from './state-file.js';

/** A file that gave no measurement: a non-response. */
export interface FailedMeasurement {
  readonly fault: MeasurementFault;
  /** for people; holds nothing of the picture */
  readonly reason: string;
}

export interface MeasureOptions<T> {
  /** as they stand in reports; each once */
  readonly paths: readonly string[];
  /** where such a path lies */
  readonly locate: (path: string) => string;
  /** looks at one picture; its bytes are moved away */
  readonly analyze: (bytes: Uint8Array) => Promise<AnalysisOutcome>;
  /** what is kept of an observation */
  readonly keep: (observation: ImageObservation) => T;
  readonly state: StateFile<T | FailedMeasurement>;
  /** files in hand at a time: a few more than workers keeps all of them busy */
  readonly concurrency: number;
  /** larger files are not read */
  readonly maxBytes: number;
  /** aborted: nothing new is begun, what runs is finished and kept */
  readonly signal: AbortSignal;
  readonly progress: EvaluationRun['progress'];
}

/**
 * Measures every file that the state does not hold yet. Files that cannot be read or decoded never stop it. At any time only
 * `concurrency` pictures are in memory. Closes the state, which can be read from then on.
 * @returns whether all are measured (not, when it was aborted)
 */
export async function measureFiles<T>(options: MeasureOptions<T>): Promise<boolean> {
  const { paths, state, progress } = options;
  progress.begin(paths.length, state.size);
  try {
    return await measureMissing(options);
  } finally {
    progress.end();
    await state.close();
  }
}

async function measureMissing<T>(options: MeasureOptions<T>): Promise<boolean> {
  let [next, done] = [0, 0];
  const hand = async (): Promise<void> => {
    while (next < options.paths.length && !options.signal.aborted) {
      if (await measureFile(options.paths[next++]!, options)) options.progress.update(++done);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, hand));
  return done === options.paths.length;
}

/** @returns false when the run was stopped before the picture could be looked at */
async function measureFile<T>(path: string, { locate, state, ...options }: MeasureOptions<T>): Promise<boolean> {
  const file = locate(path);
  let stamp = 'absent';
  try {
    const { size, mtimeMs } = await stat(file);
    stamp = `${size}:${mtimeMs}`;
    if (state.has(path, stamp)) return true;
    if (size > options.maxBytes) {
      await state.add({ path, stamp, result: { fault: 'too-large', reason: `${size} bytes` } });
      return true;
    }
    const bytes = await readFile(file);
    const outcome = await options.analyze(bytes);
    await state.add({ path, stamp, result: 'observation' in outcome ? options.keep(outcome.observation) : outcome });
  } catch (error) {
    if (error instanceof BusyError && (error.reason === 'cancelled' || error.reason === 'closed')) return false;
    await state.add({ path, stamp, result: describeFailure(error), passing: true });
  }
  return true;
}

function describeFailure(error: unknown): FailedMeasurement {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined) return { fault: 'not-read', reason: code };
  const reason = error instanceof Error ? error.message : String(error);
  const isLate = error instanceof BusyError && (error.reason === 'late' || error.reason === 'slow');
  return { fault: isLate ? 'timeout' : 'engine-failed', reason };
}
