import { endAtOnce } from './end-at-once.js';

/** The signals that ask a process to end. */
export const stopSignals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** One of {@link stopSignals}. */
export type StopSignal = (typeof stopSignals)[number];

/**
 * Makes the signals end this process where it is process 1, which the kernel protects from signals without a handler. Elsewhere the
 * kernel's default does that. A command that has a listener of its own decides itself.
 */
export function endOnStopSignals(): void {
  if (process.pid !== 1) return;
  for (const signal of stopSignals)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) endAtOnce();
    });
}
