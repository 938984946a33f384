import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import type { Fallback } from '../../../src/inference/provider.js';

export interface EyeSettings {
  readonly workers: number;
  readonly deadlineMs: number;
  readonly fallback: Fallback;
  readonly batch: number;
  readonly delayMs: number;
}

/** Seeds for makeEyes, all run at once; or a question; or the end. */
export type EyeOrder = readonly number[] | 'state' | 'close';

export type EyeOutcome = { readonly values: number[] } | { readonly error: string };

export interface EyeState {
  readonly provider: string;
  readonly adapter: string | undefined;
  readonly ready: number;
  readonly replaced: number;
  /** what the place told: moves and problems */
  readonly events: readonly string[];
}

export type EyeAnswer = EyeOutcome[] | EyeState;

/** What is sent to eye-lab.ts and comes back. */
export interface Numbered<Content> {
  readonly id: number;
  readonly content: Content;
}

/** Starts eye-lab.ts with these settings of the environment, and waits until its first worker is ready. Killed with the test. */
export async function startEyes(t: Test, env: Record<string, string>, settings: EyeSettings) {
  const child = fork(new URL('./workers/eye-lab.js', import.meta.url), [JSON.stringify(settings)], {
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const waiting = new Map<number, (answer: EyeAnswer) => void>();
  let nextId = 1;
  const ask = async <Answer extends EyeAnswer>(content: EyeOrder): Promise<Answer> => {
    const id = nextId++;
    child.send({ id, content } satisfies Numbered<EyeOrder>);
    return Promise.race([
      new Promise<Answer>((resolve) => waiting.set(id, resolve as (answer: EyeAnswer) => void)),
      exited.then((how): never => {
        throw new Error(`the process ended: ${how}`);
      }),
    ]);
  };
  await Promise.race([once(child, 'message'), exited.then((how) => Promise.reject(new Error(`the process ended: ${how}`)))]);
  child.on('message', ({ id, content }: Numbered<EyeAnswer>) => waiting.get(id)?.(content));
  return {
    run: (seeds: readonly number[]) => ask<EyeOutcome[]>(seeds),
    state: () => ask<EyeState>('state'),
    /** @returns the exit code or the signal */
    close: () => {
      child.send({ id: 0, content: 'close' } satisfies Numbered<EyeOrder>);
      return exited;
    },
  };
}
