import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of work after which others get the event loop: libsql is synchronous, so that a transaction holds it. */
const WORK_MS = 10;
/** Milliseconds above which the next batch is smaller. A commit alone can take ten on a slow disk, whatever it contains. */
const LONG_MS = 20;
/** Rows of the first batch. */
const FIRST = 20;
/** The most rows of a batch. */
const LARGEST = 5120;
/** Milliseconds of the longest rest. */
const LONGEST_REST_MS = 100;

/** How batches run. */
export interface BatchOptions {
  /** stops between two batches */
  readonly signal?: AbortSignal | undefined;
  /** the fewest rows of a batch (default 20); a power of two times or divided into 20 */
  readonly smallest?: number;
}

/**
 * Runs a batch, normally one transaction, again and again until it finds fewer rows than it may. The number of rows follows the time
 * that batches take, about ten milliseconds; between two batches others have the event loop for as long as the batch took.
 * @param batch handles up to `size` rows and returns how many it has found
 * @returns the sum of what the batches returned
 * @throws what a batch throws; earlier batches are not undone
 */
export async function runBatches(
  batch: (size: number) => Promise<number>,
  { signal, smallest = FIRST }: BatchOptions = {},
): Promise<number> {
  let sum = 0;
  // Doubled and halved only: the statements of a batch differ by the number of rows, and each one is prepared and kept.
  for (let size = FIRST; !signal?.aborted; ) {
    const began = performance.now();
    const found = await batch(size);
    sum += found;
    if (found < size) break;
    const took = performance.now() - began;
    await rest(took);
    if (took > LONG_MS) size = Math.max(size / 2, smallest);
    else if (took < WORK_MS) size = Math.min(size * 2, LARGEST);
  }
  return sum;
}

/** The pauses of a long task that goes from row to row. */
export class Pauses {
  #resumedAt = performance.now();

  /** Call it after each row: if the task has worked for ten milliseconds, others have the event loop for as long. */
  async take(): Promise<void> {
    const worked = performance.now() - this.#resumedAt;
    if (worked < WORK_MS) return;
    await rest(worked);
    this.#resumedAt = performance.now();
  }
}

/** A timer instead of the next turn: a request needs several turns, and each of them would wait for a batch. */
const rest = (workedMs: number): Promise<void> => sleep(Math.min(workedMs, LONGEST_REST_MS));
