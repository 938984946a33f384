import { startMeasuringEngine } from '../measuring-engine.js';
import { readBases } from './series/bases.js';
import { runSeries } from './series/run-series.js';

// `npm run series [-- NAME]`: the table of all series over all bases, or of the bases whose name contains NAME, with the failing steps.
const engine = await startMeasuringEngine(2);
try {
  const bases = (await readBases(engine)).filter(({ name }) => name.includes(process.argv[2] ?? ''));
  console.log(`${bases.length} bases`);
  for (const { name, cases, right, failures } of await runSeries(engine, bases)) {
    console.log(`${name}: ${right} of ${cases}, ${((100 * right) / cases).toFixed(1)} %`);
    for (const failure of failures) console.log(`    ${failure}`);
  }
} finally {
  await engine.close();
}
