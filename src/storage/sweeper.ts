import { UnavailableError } from '../base/unavailable-error.js';

/** Settings of a sweeper. */
export interface SweeperOptions {
  /** deletes what has expired; the signal stops it between two batches */
  readonly sweep: (signal: AbortSignal) => Promise<unknown>;
  /** called when a sweep fails after one that did not; sweeping continues */
  readonly onError: (error: unknown) => void;
  /** called when a sweep works after one that failed */
  readonly onRecovered?: (() => void) | undefined;
  /** milliseconds between two sweeps (default ten minutes) */
  readonly intervalMs?: number;
}

/** A running sweeper. */
export interface Sweeper {
  /** Stops sweeping; resolves when no sweep is running. Call before closing the store. */
  stop(): Promise<void>;
}

/** Sweeps at once and then periodically, one sweep at a time. Does not keep the process alive. */
export function startSweeper({ sweep, onError, onRecovered, intervalMs = 600_000 }: SweeperOptions): Sweeper {
  const stopping = new AbortController();
  let sweeping: Promise<void> | undefined;
  let isFailing = false;
  const run = async () => {
    try {
      await sweep(stopping.signal);
      if (isFailing) onRecovered?.();
      isFailing = false;
    } catch (error) {
      // That the database cannot be used is reported by whoever watches it.
      if (isFailing || error instanceof UnavailableError) return;
      isFailing = true;
      onError(error);
    }
  };
  const start = () => {
    sweeping ??= run().finally(() => {
      sweeping = undefined;
    });
  };
  start();
  const timer = setInterval(start, intervalMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await sweeping;
    },
  };
}
