import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of one step. */
const stepMs = 25;

/**
 * Whether a promise settles within a time as the event loop of this thread counts it: in short waits one after another. When the machine
 * or the thread stalls, each wait stalls with it, so a busy machine fails no test; a deadline that is missing or ten times too long does.
 * @param ms milliseconds
 */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let waited = 0; waited < ms && !isSettled; waited += stepMs) await sleep(stepMs);
  return isSettled;
}
