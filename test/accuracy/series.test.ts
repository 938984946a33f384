import t from 'tap';
import { startTestEngine } from '../helper.js';
import { repetitions } from '../repetitions.js';
import { readBases } from './series/bases.js';
import { runSeries } from './series/run-series.js';

/** Series that need not reach 95 %: the least part that must be right, and what is missed. See decision 25. */
const floors: Readonly<Record<string, number>> = {};

/**
 * In each run: the selfie that every checkout has. Thoroughly: all bases, some 5000 pictures (`npm run series` prints them).
 */
t.test('graded series', async (t) => {
  const engine = await startTestEngine(t, 2);
  const bases = await readBases(engine);
  const chosen = repetitions(1, bases.length) === 1 ? bases.slice(0, 1) : bases;
  for (const { name, cases, right, failures } of await runSeries(engine, chosen)) {
    const least = floors[name] ?? 0.95;
    t.ok(right >= least * cases, `${name}: ${right} of ${cases}${failures.length > 0 ? `; not ${failures.join('; ')}` : ''}`);
  }
});
