// `npm run fuzz -- [requests] [seed]`: the fuzzing test with another number of requests, on its own.
import { spawnSync } from 'node:child_process';

const [requests = '200000', seed = '26'] = process.argv.slice(2);
if (!/^\d+$/.test(requests) || !/^\d+$/.test(seed)) {
  console.error('Usage: npm run fuzz -- [requests] [seed], such as npm run fuzz -- 200000');
  process.exit(2);
}
const env = { ...process.env, TAP_TIMEOUT: '86400', TRIFACE_FUZZ_REQUESTS: requests, TRIFACE_FUZZ_SEED: seed };
process.exitCode = spawnSync(process.execPath, ['dist/test/fuzz/fuzz.test.js'], { env, stdio: 'inherit' }).status ?? 1;
