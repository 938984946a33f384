import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Silence } from './health-probe.js';

const program = fileURLToPath(new URL('./health-probe.js', import.meta.url));

/** Asks a server's health from another process until the returned function is called, which returns its longest silence. */
export async function watchHealth(url: string): Promise<() => Promise<Silence>> {
  const probe = fork(program);
  await once(probe, 'spawn');
  probe.send({ url });
  return async () => {
    const answer = once(probe, 'message');
    probe.send('stop');
    return ((await answer) as [Silence])[0];
  };
}

/** Sends a request again and again, every 5 ms, until the returned function is called, which returns the milliseconds of each. */
export function keepAsking(task: () => Promise<unknown>): () => Promise<number[]> {
  const taken: number[] = [];
  let isStopped = false;
  const asking = (async () => {
    while (!isStopped) {
      const began = performance.now();
      await task();
      taken.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  // A failure is thrown to whoever stops it.
  asking.catch(() => {});
  return async () => {
    isStopped = true;
    await asking;
    return taken;
  };
}
