import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { sha256 } from '../../../src/base/hash.js';
import { FetchError, fetchTarballFiles } from '../../../src/inference/prepare/fetch-tarball.js';
import { integrityOf, pack, serveRegistry } from './local-registry.js';

const wanted = Buffer.from('the weights');
const directory = t.testdir({ good: { 'weights.bin': wanted, other: 'more' }, evil: { 'weights.bin': 'other weights' } });
const good = await pack(join(directory, 'good'), ['weights.bin', 'other']);
const evil = await pack(join(directory, 'evil'), ['weights.bin']);
const source = {
  package: 'weights',
  version: '1.2.3',
  integrity: integrityOf(good),
  files: [{ path: 'weights.bin', sha256: sha256(wanted) }],
};
const serve = async (t: Test, tarball: Buffer, claims?: { integrity?: string }) => {
  const served = { name: 'weights', version: '1.2.3', tarball, ...(claims ? { claims } : {}) };
  const registry = await serveRegistry([served], t.testdir());
  t.teardown(() => registry.close());
  return registry;
};

t.test('returns the requested files and no others', async (t) => {
  const { npm } = await serve(t, good);
  const files = await fetchTarballFiles(source, npm);
  t.same([...files.keys()], ['weights.bin']);
  t.ok(files.get('weights.bin')!.equals(wanted));
});

t.test('a tarball fetched before is taken from the cache', async (t) => {
  const { npm, requests } = await serve(t, good);
  await fetchTarballFiles(source, npm);
  const asked = requests.length;
  await fetchTarballFiles(source, npm);
  t.equal(requests.length, asked);
});

t.test('a tarball that differs from the pinned one is refused', async (t) => {
  t.test('when the registry says so itself', async (t) => {
    const { npm } = await serve(t, evil);
    await t.rejects(fetchTarballFiles(source, npm), { name: 'FetchError', message: /weights@1\.2\.3 is not the pinned one/ });
  });
  t.test('when the registry gives no integrity value', async (t) => {
    const { npm } = await serve(t, evil, {});
    await t.rejects(fetchTarballFiles(source, npm), /is not the pinned one/);
  });
  t.test('when the registry lies', async (t) => {
    const { npm } = await serve(t, evil, { integrity: source.integrity });
    await t.rejects(fetchTarballFiles(source, npm), /is not the pinned one/);
  });
});

t.test('a file missing, or of another hash than the manifest has, is named', async (t) => {
  const { npm } = await serve(t, good);
  const missing = { ...source, files: [{ path: 'models/a.bin', sha256: sha256(wanted) }] };
  await t.rejects(fetchTarballFiles(missing, npm), { name: 'FetchError', message: 'weights@1.2.3 has no file models/a.bin' });
  const other = { ...source, files: [{ path: 'other', sha256: sha256(wanted) }] };
  await t.rejects(fetchTarballFiles(other, npm), /other of weights@1\.2\.3 has SHA-256 [0-9a-f]{64}, expected/);
});

t.test('no registry: the error names the package and says how to go on', async (t) => {
  const npm = { registry: 'http://127.0.0.1:9/', cache: t.testdir(), fetchRetries: 0 };
  const error = await fetchTarballFiles(source, npm).catch((reason: unknown) => reason);
  t.ok(error instanceof FetchError);
  t.match(
    String(error),
    /weights@1\.2\.3 could not be fetched .*ECONNREFUSED.*npm config get registry.*copy the resulting \.onnx files/s,
  );
});

t.test('an abort ends it with the reason given', async (t) => {
  const { npm } = await serve(t, good);
  const reason = new Error('enough');
  await t.rejects(fetchTarballFiles(source, npm, AbortSignal.abort(reason)), reason);
});

t.test('a damaged cache entry does not get through', async (t) => {
  const { npm } = await serve(t, good);
  await fetchTarballFiles(source, npm);
  const hex = Buffer.from(source.integrity.slice('sha512-'.length), 'base64').toString('hex');
  const entry = join(npm.cache!, 'content-v2/sha512', hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
  await writeFile(entry, Buffer.concat([good.subarray(0, 20), Buffer.from([good[20]! ^ 1]), good.subarray(21)]));
  const files = await fetchTarballFiles(source, npm);
  t.ok(files.get('weights.bin')!.equals(wanted));
});
