import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findInstallation } from '../../../src/base/installation.js';
import type { Bench } from '../bench.js';
import type { HumanAnswer, HumanTask } from '../human-loop.js';
import type { Slice } from '../slices.js';

/** Packages of @vladmandic/human with its WebAssembly backend. */
const packages = ['@vladmandic/human', '@tensorflow/tfjs-core', '@tensorflow/tfjs-converter', '@tensorflow/tfjs-backend-wasm'];

/** @vladmandic/human on the selfie, in a process of its own, where it is installed. It is not a dependency. */
export async function measureHuman(bench: Bench): Promise<void> {
  const folder = resolve(bench.plan.human ?? findInstallation());
  const missing = packages.filter((name) => !isInstalled(folder, name));
  if (missing.length > 0) {
    bench.note(
      `@vladmandic/human: left out, not installed in ${bench.plan.human ?? 'this installation'}: ${missing.join(', ')} (docs/bench.md)`,
    );
    return;
  }
  const child = fork(fileURLToPath(new URL('../human-loop.js', import.meta.url)), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  try {
    const slice = new HumanSlice(child, bench.picture);
    const point = { series: '@vladmandic/human', point: 'selfie', at: 1 };
    const own = new BareSlice(bench);
    await bench.measure('human', [
      { slice, results: () => [{ ...point, times: slice.times, cpuMs: slice.cpuMs / slice.times.length }] },
      {
        slice: own,
        results: () => [{ ...point, series: 'Triface, bare loop', times: own.times, cpuMs: own.cpuMs / own.times.length }],
      },
    ]);
  } finally {
    if (child.connected) child.disconnect();
  }
}

/** Rounds in the other process. */
class HumanSlice implements Slice {
  readonly times: number[] = [];
  cpuMs = 0;
  readonly #ended: Promise<never>;

  constructor(
    private readonly child: ChildProcess,
    private readonly picture: Buffer,
  ) {
    this.#ended = once(child, 'exit').then(([code]) => {
      throw new Error(`@vladmandic/human ended (exit ${code}); its messages are above`);
    });
    // It is waited for beside each answer, and ends in the end.
    this.#ended.catch(() => {});
  }

  async run(ms: number, isWarmUp: boolean): Promise<void> {
    this.child.send({ picture: this.picture, ms, leastRounds: isWarmUp ? 10 : 1 } satisfies HumanTask);
    const [{ times, cpuMs }] = (await Promise.race([once(this.child, 'message'), this.#ended])) as [HumanAnswer];
    if (isWarmUp) return;
    this.times.push(...times);
    this.cpuMs += cpuMs;
  }
}

/** The bare loop with its CPU time. */
class BareSlice implements Slice {
  readonly times: number[] = [];
  cpuMs = 0;

  constructor(private readonly bench: Bench) {}

  async run(ms: number, isWarmUp: boolean): Promise<void> {
    const end = performance.now() + ms;
    const before = process.cpuUsage();
    do {
      const began = performance.now();
      await this.bench.bare.look(this.bench.picture);
      if (!isWarmUp) this.times.push(performance.now() - began);
    } while (performance.now() < end);
    const { user, system } = process.cpuUsage(before);
    if (!isWarmUp) this.cpuMs += (user + system) / 1000;
  }
}

function isInstalled(folder: string, name: string): boolean {
  try {
    createRequire(join(folder, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}
