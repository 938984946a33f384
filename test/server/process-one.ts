import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

const unshare = ['--pid', '--fork', '--kill-child', '--map-root-user'];

/** false where programs can be started as process 1; otherwise what is missing, for tap's `skip` */
export const skipWithoutNamespaces: false | string =
  spawnSync('unshare', [...unshare, 'true']).status === 0
    ? false
    : 'needs Linux with `unshare`, and the right to create namespaces';

/** A program that is process 1 of its own namespace, as in a container without an init. */
export interface ProcessOne {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Sends a signal to it. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** its exit code, or the name of the signal that ended it, once all output has been read */
  readonly ended: Promise<number | string>;
}

/** Starts Node.js as process 1. Killed with the test. */
export function startAsProcessOne(t: Test, words: readonly string[], env: Record<string, string> = {}): ProcessOne {
  const child = spawn('unshare', [...unshare, process.execPath, ...words], {
    env: { PATH: process.env.PATH!, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = new Promise<number | string>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal!)));
  return {
    child,
    ended,
    async signal(name) {
      for (;;) {
        const [inside] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
        if (inside) return void process.kill(Number(inside), name);
        await sleep(5);
      }
    },
  };
}
