import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { findInstallation, findModelsDir } from '../../src/base/installation.js';
import { temporaryDirectory } from '../helper.js';
import { skipWithoutNamespaces, startAsProcessOne } from '../server/process-one.js';

const root = findInstallation();
const models = readdirSync(findModelsDir())
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => join(findModelsDir(), name));
/** Loads models in two threads, forever, and ends itself meanwhile. */
const script = `
import ${JSON.stringify(join(root, 'dist/src/base/no-telemetry.js'))};
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { endAtOnce } from ${JSON.stringify(join(root, 'dist/src/base/end-at-once.js'))};
if (isMainThread) {
  for (let i = 0; i < 2; i++) new Worker(fileURLToPath(import.meta.url)).once('message', () => setTimeout(endAtOnce, 50 * i));
} else {
  const { InferenceSession } = await import(${JSON.stringify(join(root, 'dist/src/inference/onnxruntime.js'))});
  parentPort.postMessage('loading');
  for (;;) for (const file of ${JSON.stringify(models)}) await InferenceSession.create(file);
}
`;

test('ends the process while threads are inside native code, without a crash', async (t) => {
  const file = join(temporaryDirectory(t), 'end.mjs');
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  t.equal(signal, 'SIGTERM', 'which shells and containers report as 143');
});

const hasExecve = 'execve' in process;
test('as process 1, too, with Node.js 22.15 or later', { skip: skipWithoutNamespaces }, async (t) => {
  const file = join(temporaryDirectory(t), 'end.mjs');
  const path = JSON.stringify(join(root, 'dist/src/base/end-at-once.js'));
  writeFileSync(file, hasExecve ? script : `import { canEndAtOnce } from ${path}; console.error(canEndAtOnce);`);
  const { child, ended } = startAsProcessOne(t, [file]);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  t.equal(await ended, hasExecve ? 143 : 0);
  t.equal(said, hasExecve ? '' : 'false\n', 'an older one says that it cannot');
});
