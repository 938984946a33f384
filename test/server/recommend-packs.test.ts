import { join } from 'node:path';
import { type Test, test } from 'tap';
import { loadConfig } from '../../src/config/load.js';
import { addPack, usePacks } from '../../src/inference/packs/pack-store.js';
import { startServer } from '../../src/server/start-server.js';
import { temporaryDirectory } from '../helper.js';
import { describeMade, makeNetwork, writePack } from '../inference/packs/made-pack.js';
import { shareRememberingEngine } from '../shared-engine.js';

/** What a start says about the recommended packs. */
async function startOnce(t: Test, dataDir: string): Promise<string[]> {
  const said: string[] = [];
  const settings = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', WORKERS: '1', INFERENCE_PROVIDER: 'cpu' };
  const account = { TRIFACE_ADMIN_USER: 'tester', TRIFACE_ADMIN_PASSWORD: 'correct horse battery' };
  const server = await startServer(loadConfig({ ...settings, ...account, DATA_DIR: dataDir }), {
    version: 'test',
    announce: (line) => said.push(line),
    openEngine: shareRememberingEngine,
  });
  t.teardown(() => server.stop());
  await server.stop();
  return said.filter((line) => line.includes('models add recommended'));
}

test('the first start recommends packs once, and not where packs were chosen or chosen to be left out', async (t) => {
  const plain = temporaryDirectory(t);
  t.match(await startOnce(t, plain), [/^Further open models would lower the errors: attacks .* accepted 38\.8 → 25\.3 %/]);
  t.strictSame(await startOnce(t, plain), [], 'not at the second start');

  const without = temporaryDirectory(t);
  await usePacks(join(without, 'packs'), []);
  t.strictSame(await startOnce(t, without), [], 'chosen to be left out');

  const using = temporaryDirectory(t);
  const network = makeNetwork();
  const packsDir = join(using, 'packs');
  await addPack(writePack(join(using, 'given'), network, describeMade(network)), { packsDir, catalogFile: '' });
  await usePacks(packsDir, [{ name: 'made' }]);
  t.strictSame(await startOnce(t, using), [], 'in use');
});
