import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '../base/unavailable-error.js';

/** A task that is repeated, such as the deletion of what has expired. */
export interface Sweep {
  /** runs once; the signal stops it between two batches */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** called when a run fails after one that did not; it is repeated all the same */
  readonly onError: (error: unknown) => void;
  /** called when a run works after one that failed */
  readonly onRecovered?: (() => void) | undefined;
  /** milliseconds between two runs */
  readonly intervalMs: number;
}

/** Running sweeps. */
export interface Sweeper {
  /** Stops sweeping; resolves when no sweep is running. Call before closing the store. */
  stop(): Promise<void>;
}

/**
 * Runs each sweep at once and then periodically. Only one runs at a time: batches of several would follow each other without a turn of
 * the event loop in between, since they wait for the same connection. Does not keep the process alive.
 */
export function startSweeps(sweeps: readonly Sweep[]): Sweeper {
  const stopping = new AbortController();
  let last: Promise<void> = Promise.resolve();
  const timers = sweeps.map((sweep) => {
    const run = repeatable(sweep, stopping.signal);
    let isDue = false;
    const enqueue = () => {
      if (isDue) return;
      isDue = true;
      last = last.then(async () => {
        if (stopping.signal.aborted) return;
        await run();
        isDue = false;
        await nextTurn();
      });
    };
    enqueue();
    return setInterval(enqueue, sweep.intervalMs).unref();
  });
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort();
      await last;
    },
  };
}

function repeatable({ run, onError, onRecovered }: Sweep, signal: AbortSignal): () => Promise<void> {
  let isFailing = false;
  return async () => {
    try {
      await run(signal);
      if (isFailing) onRecovered?.();
      isFailing = false;
    } catch (error) {
      // That the database cannot be used is reported by whoever watches it; a run that was stopped has not failed.
      if (isFailing || signal.aborted || error instanceof UnavailableError) return;
      isFailing = true;
      onError(error);
    }
  };
}
