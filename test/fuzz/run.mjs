// `npm run fuzz -- [requests] [seed]`: the fuzzing tests with another number of requests, both databases at the same time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [requests = '200000', seed = '26'] = process.argv.slice(2);
if (!/^\d+$/.test(requests) || !/^\d+$/.test(seed)) {
  console.error('Usage: npm run fuzz -- [requests] [seed], such as npm run fuzz -- 200000');
  process.exit(2);
}
const env = { ...process.env, TAP_TIMEOUT: '86400', FUZZ_REQUESTS: requests, FUZZ_SEED: seed };
const runs = ['sqlite', 'postgres'].map(async (database) => {
  const [status] = await once(spawn(process.execPath, [`dist/test/fuzz/${database}.test.js`], { env, stdio: 'inherit' }), 'exit');
  return status ?? 1;
});
process.exitCode = Math.max(...(await Promise.all(runs)));
