import { readFile, stat } from 'node:fs/promises';
import type { AnalysisOutcome } from '../analysis/engine.js';
import type { ImageObservation } from '../analysis/observation.js';
import { BusyError } from '../base/busy-error.js';
import type { EvaluationRun } from './evaluation-run.js';
import type { MeasurementFault } from './sample.js';
import type { StateFile } from './state-file.js';

/** A file that could not be measured: a non-response. */
export interface FailedMeasurement {
  readonly fault: MeasurementFault;
  /** human-readable; contains nothing of the picture */
  readonly reason: string;
}

export interface MeasureOptions<T> {
  /** as shown in reports; without duplicates */
  readonly paths: readonly string[];
  /** resolves such a path to a file */
  readonly locate: (path: string) => string;
  /** analyses one picture; its buffer is transferred */
  readonly analyze: (bytes: Uint8Array) => Promise<AnalysisOutcome>;
  /** extracts what is kept of an observation */
  readonly keep: (observation: ImageObservation) => T;
  readonly state: StateFile<T | FailedMeasurement>;
  /** files in progress at the same time; slightly more than there are workers keeps them all busy */
  readonly concurrency: number;
  /** larger files are not read */
  readonly maxBytes: number;
  /** once aborted, no new file is started; running measurements finish and are kept */
  readonly signal: AbortSignal;
  readonly progress: EvaluationRun['progress'];
}

/**
 * Measures every file that is not in the state yet. Files that cannot be read or decoded do not stop the run. At most
 * `concurrency` pictures are in memory. Closes the state, after which it can be read.
 * @returns whether all files are measured; false if aborted
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

/** @returns false if the run was stopped before the picture was analysed */
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
