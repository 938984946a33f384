/** How a task shared the event loop with others, in milliseconds. */
export interface Turns {
  /** the longest time in which nothing else could run */
  readonly longestMs: number;
  readonly totalMs: number;
}

/** Runs a task and measures the longest turn of the event loop meanwhile. A task that never yields has one turn. */
export async function findLongestTurn(task: () => Promise<unknown>): Promise<Turns> {
  const start = performance.now();
  let last = start;
  let longestMs = 0;
  let timer: NodeJS.Immediate;
  const look = () => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    timer = setImmediate(look);
  };
  timer = setImmediate(look);
  try {
    await task();
  } finally {
    clearImmediate(timer!);
  }
  const now = performance.now();
  return { longestMs: Math.max(longestMs, now - last), totalMs: now - start };
}
