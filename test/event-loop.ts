import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How a task held the event loop of this thread. */
export interface Holds {
  /** milliseconds of the longest turn in which this thread computed: see {@link measureHolds} */
  readonly longestMs: number;
  /** milliseconds of the longest turn by the clock, for people: it contains what others took of a busy machine */
  readonly clockMs: number;
  /** part of the whole time that was spent in turns of a millisecond or more, 0..1 */
  readonly share: number;
}

/** Milliseconds of a turn from which on it counts for the share. */
const HOLD_MS = 1;

/**
 * Runs a task and measures every turn of the event loop until it has ended. A turn counts with the CPU time of the main thread or with
 * the clock's time, whichever is less: what others take of a busy machine is not in the first.
 */
export async function measureHolds(task: () => Promise<unknown>): Promise<Holds> {
  let isDone = false;
  let [longestMs, clockMs, held] = [0, 0, 0];
  const began = performance.now();
  let [wall, cpu] = [began, readCpuMs()];
  const running = task().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await nextTurn();
    const [wallMs, cpuMs] = [performance.now() - wall, readCpuMs() - cpu];
    const hold = Math.min(wallMs, cpuMs);
    longestMs = Math.max(longestMs, hold);
    clockMs = Math.max(clockMs, wallMs);
    if (hold >= HOLD_MS) held += hold;
    [wall, cpu] = [performance.now(), readCpuMs()];
  }
  const took = performance.now() - began;
  await running;
  return { longestMs, clockMs, share: held / took };
}

/** CPU time of the main thread in milliseconds; where the system does not tell it, of the process with all its threads. */
function readCpuMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}
