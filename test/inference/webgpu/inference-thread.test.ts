import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { findModelsDir } from '../../../src/base/installation.js';
import { openSession } from '../../../src/inference/session.js';
import { type EyeOutcome, type EyeState, startEyes } from './eye-process.js';
import { makeEyes } from './make-eyes.js';
import { faultyGpu, skip } from './software-gpu.js';

const seeds = Array.from({ length: 12 }, (_, i) => i);

async function computeOnCpu(): Promise<Float32Array[]> {
  const session = await openSession(join(findModelsDir(), 'eye-state.onnx'), 'cpu');
  const all = [];
  for (const seed of seeds) {
    const { data, shape } = makeEyes(seed);
    all.push(Float32Array.from((await session.run(data, shape)).output!));
  }
  await session.release();
  return all;
}

/** The largest difference between what the workers computed and the CPU. */
const compare = (t: Test, outcomes: readonly EyeOutcome[], expected: readonly Float32Array[]): void => {
  for (const [i, outcome] of outcomes.entries()) {
    const values = 'values' in outcome ? outcome.values : [];
    const worst = Math.max(...values.map((value, k) => Math.abs(value - expected[i]![k]!)));
    t.ok(values.length === expected[i]!.length && worst < 1e-3, `input ${i}: ${JSON.stringify(outcome)}, difference ${worst}`);
  }
};

/** The same, where some have failed. */
const compareRuns = (t: Test, outcomes: readonly EyeOutcome[], expected: readonly Float32Array[]): void => {
  const done = [...outcomes.keys()].filter((i) => 'values' in outcomes[i]!);
  compare(
    t,
    done.map((i) => outcomes[i]!),
    done.map((i) => expected[i]!),
  );
};

async function waitFor(ask: () => Promise<EyeState>, condition: (state: EyeState) => boolean): Promise<EyeState> {
  for (;;) {
    const state = await ask();
    if (condition(state)) return state;
    await sleep(200);
  }
}

t.test('workers share the GPU; a lost device fails their runs, and all of them are replaced', { skip }, async (t) => {
  const expected = await computeOnCpu();
  const gpu = faultyGpu(t);
  const settings = { workers: 3, deadlineMs: 120_000, batch: 2, delayMs: 20, fallback: 'none' } as const;
  const eyes = await startEyes(t, gpu.env, settings);
  t.match(await waitFor(eyes.state, ({ ready }) => ready === 3), { provider: 'webgpu', adapter: /^SwiftShader/, replaced: 0 });
  compare(t, await eyes.run(seeds), expected);

  gpu.lose();
  const running = eyes.run(seeds);
  t.match((await waitFor(eyes.state, ({ events }) => events.length >= 2)).events, [
    /^moved: the GPU was lost: .*lost/,
    /^the GPU cannot be opened again: WebGPU cannot be used: /,
  ]);
  gpu.restore();
  const outcomes = await running;
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  t.match(failed, Array(failed.length).fill({ error: /^WorkerFailedError: / }), 'as when a worker dies');
  t.ok(failed.length >= 1 && failed.length <= 3, `one job of each worker at most: ${failed.length}`);
  compareRuns(t, outcomes, expected);
  compare(t, await eyes.run(seeds), expected);
  t.ok((await eyes.state()).replaced >= 3, 'all workers were replaced');
  t.equal(await eyes.close(), 0, 'the process ends in order');
});

t.test('with the fall-back, what a lost device leaves is run on the CPU', { skip }, async (t) => {
  const expected = await computeOnCpu();
  const gpu = faultyGpu(t);
  const settings = { workers: 2, deadlineMs: 120_000, batch: 1, delayMs: 0, fallback: 'cpu' } as const;
  const eyes = await startEyes(t, gpu.env, settings);
  gpu.lose();
  await eyes.run([0, 1]);
  const { events } = await waitFor(eyes.state, ({ provider, ready }) => provider === 'cpu' && ready === 2);
  t.match(events[0], /^moved: the GPU was lost/);
  t.match(events[1], /^the models run on the CPU from now on: WebGPU cannot be used/);
  compare(t, await eyes.run(seeds), expected);
  t.equal(await eyes.close(), 0);
});

t.test('a driver that hangs is left, and the CPU goes on', { skip }, async (t) => {
  const expected = await computeOnCpu();
  const gpu = faultyGpu(t);
  const settings = { workers: 2, deadlineMs: 8000, batch: 1, delayMs: 0, fallback: 'cpu' } as const;
  const eyes = await startEyes(t, gpu.env, settings);
  gpu.hang();
  t.match(await eyes.run([0]), [{ error: /^BusyError: / }], 'not answered within the deadline');
  const { events } = await waitFor(eyes.state, ({ provider, ready }) => provider === 'cpu' && ready === 2);
  t.match(events, [/^the models run on the CPU from now on: the GPU has not answered for 8000 ms/, /^moved: /]);
  compare(t, await eyes.run(seeds), expected);
  gpu.release();
});
