import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './schema.js';
import { transact } from './transaction.js';

/** Milliseconds of work after which others get the event loop: libsql is synchronous, so that a transaction holds it. */
const WORK_MS = 10;
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
  /** the fewest rows of a batch (default 20): 20, halved or doubled once or more. On a busy machine batches get this small */
  readonly smallest?: number;
  /** called after the commit of each batch: what the batch itself counts would be counted twice if it is run again */
  readonly onCommit?: () => void;
}

/**
 * Runs a batch, each time in a transaction, again and again until it finds fewer rows than it may. The number of rows follows the
 * time that batches take, five to ten milliseconds without the commit, which takes its time whatever it contains. Between two batches
 * others have the event loop, and the database, for as long as the batch took.
 * @param batch handles up to `size` rows and returns how many it has found; may run again after a conflict (see `transact`)
 * @returns the sum of what the batches returned
 * @throws what a batch throws; earlier batches are not undone
 */
export async function runBatches(
  db: Database,
  batch: (db: Database, size: number) => Promise<number>,
  { signal, smallest = FIRST, onCommit }: BatchOptions = {},
): Promise<number> {
  let sum = 0;
  // Doubled and halved only: the statements of a batch differ by the number of rows, and each one is prepared and kept.
  for (let size = Math.max(FIRST, smallest); !signal?.aborted; ) {
    const beganAt = performance.now();
    let workedMs = 0;
    const found = await transact(db, async (db) => {
      const startedAt = performance.now();
      const found = await batch(db, size);
      workedMs = performance.now() - startedAt;
      return found;
    });
    sum += found;
    onCommit?.();
    if (found < size) break;
    await rest(performance.now() - beganAt);
    if (workedMs > WORK_MS) size = Math.max(size / 2, smallest);
    else if (workedMs < WORK_MS / 2) size = Math.min(size * 2, LARGEST);
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
