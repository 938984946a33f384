import t from 'tap';
import { Engine } from '../../src/analysis/engine.js';
import { BusyError } from '../../src/base/busy-error.js';
import { findModelsDir } from '../../src/base/installation.js';
import { selfie } from '../fixtures/pictures.js';

// A deadline can pass at any time: while sharp decodes, while onnxruntime runs, or in between. Terminating a thread while it runs
// a network ends the whole process (the native binding throws an exception that cannot be caught).
t.test('deadlines in the middle of the networks', async (t) => {
  const start = (deadlineMs: number): Promise<Engine> =>
    Engine.start({
      ...{ modelsDir: findModelsDir(), provider: 'cpu', maxPixels: 50_000_000 },
      ...{ workers: 1, queueLimit: 1, deadlineMs },
    });
  const picture = await selfie();
  const unhurried = await start(60_000);
  await unhurried.analyze({ bytes: Uint8Array.from(picture) });
  // the shortest of several: one may have waited for other processes
  let usual = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    const began = performance.now();
    await unhurried.analyze({ bytes: Uint8Array.from(picture) });
    usual = Math.min(usual, performance.now() - began);
  }
  await unhurried.close();

  const engine = await start(Math.max(1, Math.round(usual / 2)));
  t.teardown(() => engine.close());
  let late = 0;
  for (let i = 0; i < 40; i++) {
    const outcome = await engine.analyze({ bytes: Uint8Array.from(picture) }).catch((error: unknown) => error);
    if (outcome instanceof BusyError && outcome.reason === 'slow') late++;
    else t.ok('observation' in (outcome as object));
    while (engine.state.running > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.ok(late >= 10, `${late} of 40 were late`);
  t.match(engine.state, { workers: 1, ready: 1, replaced: 0 }, 'one worker has done them all');
});
