import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { WorkerPool } from '../../src/inference/pool.js';

/** Nice values of this process's threads by thread id. */
function nices(): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of readdirSync('/proc/self/task')) {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    // After the name, which may contain anything, `nice` is the 17th value.
    found.set(id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
  }
  return found;
}

test('threads that compute yield to the one that serves', { skip: process.platform !== 'linux' && 'Linux only' }, async (t) => {
  const before = nices();
  const own = before.get(String(process.pid))!;
  const script = new URL('../inference/workers/scripted-worker.js', import.meta.url);
  const pool = new WorkerPool({ script, workerData: {}, size: 2, queueLimit: 4, deadlineMs: 60_000 });
  t.teardown(() => pool.close());
  await pool.started;
  while (pool.state.ready < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  const yielding = [...nices()].filter(([id, nice]) => !before.has(id) && nice === Math.min(19, own + 5));
  t.equal(yielding.length, 2);
  t.equal(nices().get(String(process.pid)), own);
});
