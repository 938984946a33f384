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

/** What is measured as one: a picture, or the frames of a sequence. */
export interface MeasuredItem {
  /** names it in the state file; unique */
  readonly name: string;
  /** its files as shown in reports, at least one */
  readonly files: readonly string[];
  /** what its measurement depends on besides the files (default: nothing else) */
  readonly conditions?: string;
  /** analyses the contents of its files; their buffers are transferred */
  readonly analyze: (contents: readonly Uint8Array[]) => Promise<AnalysisOutcome>;
}

/** Pictures that are measured one by one. @param analyze analyses one picture; its buffer is transferred */
export const pictureItems = (paths: readonly string[], analyze: EvaluationRun['analyze']): MeasuredItem[] =>
  paths.map((path) => ({ name: path, files: [path], analyze: ([bytes]) => analyze(bytes!) }));

export interface MeasureOptions<T> {
  readonly items: readonly MeasuredItem[];
  /** resolves the path of a file as shown in reports */
  readonly locate: (path: string) => string;
  /** extracts what is kept of an observation */
  readonly keep: (observation: ImageObservation) => T;
  readonly state: StateFile<T | FailedMeasurement>;
  /** items in progress at the same time; slightly more than there are workers keeps them all busy */
  readonly concurrency: number;
  /** larger files are not read */
  readonly maxBytes: number;
  /** once aborted, no new item is started; running measurements finish and are kept */
  readonly signal: AbortSignal;
  readonly progress: EvaluationRun['progress'];
}

/**
 * Measures every item that is not in the state yet. Files that cannot be read or decoded do not stop the run. The files of at most
 * `concurrency` items are in memory. Closes the state, after which it can be read.
 * @returns whether all items are measured; false if aborted
 */
export async function measureFiles<T>(options: MeasureOptions<T>): Promise<boolean> {
  const { items, state, progress } = options;
  progress.begin(items.length, state.size);
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
    while (next < options.items.length && !options.signal.aborted) {
      if (await measureItem(options.items[next++]!, options)) options.progress.update(++done);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, hand));
  return done === options.items.length;
}

/** @returns false if the run was stopped before the item was analysed */
async function measureItem<T>(item: MeasuredItem, { locate, state, ...options }: MeasureOptions<T>): Promise<boolean> {
  const { name: path, files, conditions = '', analyze } = item;
  // A picture's own path is in the report already.
  const about = (file: string): string => (files.length > 1 ? ` (${file})` : '');
  let stamp = 'absent';
  let file = files[0]!;
  try {
    const sizes: number[] = [];
    const stamps: string[] = [];
    for (file of files) {
      const { size, mtimeMs } = await stat(locate(file));
      sizes.push(size);
      stamps.push(`${size}:${mtimeMs}`);
    }
    stamp = [...stamps, ...(conditions ? [conditions] : [])].join(' ');
    if (state.has(path, stamp)) return true;
    const large = sizes.findIndex((size) => size > options.maxBytes);
    if (large >= 0) {
      await state.add({ path, stamp, result: { fault: 'too-large', reason: `${sizes[large]} bytes${about(files[large]!)}` } });
      return true;
    }
    const contents: Uint8Array[] = [];
    for (file of files) contents.push(await readFile(locate(file)));
    const outcome = await analyze(contents);
    await state.add({ path, stamp, result: 'observation' in outcome ? options.keep(outcome.observation) : outcome });
  } catch (error) {
    if (error instanceof BusyError && (error.reason === 'cancelled' || error.reason === 'closed')) return false;
    await state.add({ path, stamp, result: describeFailure(error, about(file)), passing: true });
  }
  return true;
}

/** @param about the file at which it failed, if there are several */
function describeFailure(error: unknown, about: string): FailedMeasurement {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined) return { fault: 'not-read', reason: `${code}${about}` };
  const reason = error instanceof Error ? error.message : String(error);
  const isLate = error instanceof BusyError && (error.reason === 'late' || error.reason === 'slow');
  return { fault: isLate ? 'timeout' : 'engine-failed', reason };
}
