import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

// A process of its own, so that its clock does not depend on the bench's work: asks a server's /health/live every 5 ms.
// Messages: {url} begins; 'stop' ends it and is answered with a Silence. That the port is not open yet does not count.
const INTERVAL_MS = 5;

/** How long a server answered nobody. */
export interface Silence {
  /** the longest time that a request waited for its answer, in milliseconds */
  readonly longestMs: number;
  readonly answers: number;
}

if (process.send) {
  let isStopped = false;
  process.once('message', async ({ url }: { url: string }) => {
    process.once('message', () => {
      isStopped = true;
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let [longestMs, answers] = [0, 0];
    while (!isStopped) {
      const began = performance.now();
      if (await ask(url, agent)) {
        longestMs = Math.max(longestMs, performance.now() - began);
        answers++;
      }
      await sleep(INTERVAL_MS);
    }
    process.send!({ longestMs, answers } satisfies Silence);
    process.disconnect();
    agent.destroy();
  });
}

/** @returns whether there was an answer, of any status */
function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/health/live`, { agent }, (response) => {
      response.resume().once('end', () => resolve(true));
    });
    request.once('error', () => resolve(false));
  });
}
