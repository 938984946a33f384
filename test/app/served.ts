import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';

/** A line of the server's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export const isError = ({ level }: LogLine): boolean => level >= 50;

/** @throws SyntaxError if a whole line is not JSON */
export const readLog = (text: string): LogLine[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);

/** `triface serve` as a process of its own. */
export interface Served {
  readonly url: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** the lines of the log; throws if one is not JSON */
  readonly log: () => LogLine[];
  /** the exit code, once the process has ended */
  readonly exited: Promise<number | null>;
  /** Sends a signal. @returns the exit code */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** The process of {@link spawnServe}. */
export type ServeProcess = Omit<Served, 'url'> & {
  /** the URL of the log's line `ready`; rejects if the process ends before */
  readonly ready: () => Promise<string>;
};

/** Starts `node src/launch.mjs serve` and waits until it says that it is ready. Killed with the test. */
export async function serve(t: Test, env: Record<string, string>): Promise<Served> {
  const { ready, ...server } = spawnServe(t, env);
  return { url: await ready(), ...server };
}

/** Starts `node src/launch.mjs serve`. Killed with the test. @param uid user id that it runs as (default: this process's) */
export function spawnServe(t: Test, env: Record<string, string>, uid?: number): ServeProcess {
  const root = findInstallation();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRIFACE_|NODE_|TAP_|_TAPJS)/.test(name)),
  );
  const child = spawn(process.execPath, [join(root, 'src/launch.mjs'), 'serve'], {
    cwd: root,
    env: { ...inherited, HOST: '127.0.0.1', PORT: '0', WORKERS: '1', INFERENCE_PROVIDER: 'cpu', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  t.teardown(() => child.kill('SIGKILL'));
  // With all of its output.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ready = async (): Promise<string> => {
    for (;;) {
      const url = /"url":"([^"]+)".*"msg":"ready"/.exec(said.stdout)?.[1];
      if (url) return url;
      await Promise.race([once(child.stdout, 'data'), exited]);
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended (${child.exitCode ?? child.signalCode}): ${said.stdout}${said.stderr}`);
    }
  };
  return {
    ready,
    exited,
    stdout: () => said.stdout,
    log: () => readLog(said.stdout),
    stderr: () => said.stderr,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
