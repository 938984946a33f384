import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { readSelection } from '../../../src/inference/packs/active-packs.js';
import { addRecommended } from '../../../src/inference/packs/add-recommended.js';
import { temporaryDirectory } from '../../helper.js';
import { quickLimits, serveFiles, writeSet } from './made-set.js';

// In a file of its own: the environment is read once per process.
t.test('through the proxy that the environment names', async (t) => {
  const directory = temporaryDirectory(t);
  const packsDir = join(directory, 'packs-of-operator');
  const { catalogFile, files } = writeSet(directory);
  const server = await serveFiles(t, files);
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url!);
    const onward = get(`${server.url}${new URL(request.url!).pathname}`, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    delete process.env.http_proxy;
    proxy.closeAllConnections();
    proxy.close();
  });
  process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await addRecommended({ packsDir, catalogFile, limits: quickLimits, from: 'http://mirror.invalid/' });
  t.match(await readSelection(packsDir), { packs: [{ name: 'one' }, { name: 'two' }] });
  t.strictSame(
    [...new Set(asked)],
    ['one/one.onnx', 'one/LICENSE', 'two/two.onnx'].map((path) => `http://mirror.invalid/${path}`),
  );
});
