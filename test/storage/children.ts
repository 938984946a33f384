import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { StoreLocation } from '../../src/storage/database-url.js';

/** Starts child.ts with a task; resolves when it waits for the signal to start. */
export async function startChild(task: string, where: StoreLocation, ...rest: string[]): Promise<ChildProcess> {
  const child = fork(new URL('./child.js', import.meta.url), [task, JSON.stringify(where), ...rest], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // without tap's loaders, which take seconds to start
    execArgv: [],
  });
  await once(child, 'message');
  return child;
}

/** Runs a task in as many processes, all at the same moment, and gives their results. */
export async function runTogether<T>(count: number, task: string, where: StoreLocation, ...rest: string[]): Promise<T[]> {
  const children = await Promise.all(Array.from({ length: count }, () => startChild(task, where, ...rest)));
  const results = children.map(async (child) => {
    const [message] = (await once(child, 'message')) as [{ result: T }];
    await once(child, 'exit');
    return message.result;
  });
  for (const child of children) child.send('go');
  return Promise.all(results);
}
