// A processor without SIMD for WebAssembly, as V8 can be told to see one: the start ends with what the server needs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { isError, readLog } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';

const skip = process.arch === 'x64' ? false : 'V8 has no such switch for this processor';

t.test('without SIMD the server says at the start what it needs', { skip }, async (t) => {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-enable-sse4-1', join(findInstallation(), 'dist/src/cli.js'), 'serve'],
    {
      encoding: 'utf8',
      env: { PATH, HOST: '127.0.0.1', PORT: '0', DATA_DIR: temporaryDirectory(t), WORKERS: '1', INFERENCE_PROVIDER: 'cpu' },
    },
  );
  t.equal(status, 1, stdout + stderr);
  const last = readLog(stdout).filter(isError).at(-1)?.msg ?? '';
  t.match(last, /SIMD/);
  t.match(last, /SSE4\.1/, 'which processors have it');
  t.notMatch(last, /models prepare/, 'the models are not to blame');
});
