/** Milliseconds between two ticks. */
const TICK_MS = 200;
/** The longest time between two readings that counts. A longer one means that the process did not run in between. */
const LONGEST_GAP_MS = 1000;

let ranMs = 0;
let readAt = performance.now();
let isTicking = false;

/**
 * Milliseconds that this process has run. Time in which it was stopped (SIGSTOP, a paused container) does not count: when it
 * continues, every timer is late at once although nobody was slow.
 */
export function runNow(): number {
  const now = performance.now();
  ranMs += Math.min(now - readAt, LONGEST_GAP_MS);
  readAt = now;
  if (!isTicking) setInterval(runNow, TICK_MS).unref();
  isTicking = true;
  return ranMs;
}

/** A timer of {@link runTimeout}. */
export interface RunTimer {
  clear(): void;
}

/**
 * Calls `callback` after the process has run for `ms` milliseconds.
 * @param isWaitedFor whether the timer keeps the process alive (default true)
 */
export function runTimeout(callback: () => void, ms: number, isWaitedFor = true): RunTimer {
  const due = runNow() + ms;
  let timer: NodeJS.Timeout | undefined;
  const arm = (delay: number): void => {
    timer = setTimeout(() => {
      const left = due - runNow();
      if (left <= 1) callback();
      else arm(left);
    }, delay);
    if (!isWaitedFor) timer.unref();
  };
  arm(ms);
  return { clear: () => clearTimeout(timer) };
}
