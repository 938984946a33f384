import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findInstallation, findPackCatalog } from '../../../src/base/installation.js';
import { describeActive, readActivePacks, readSelection } from '../../../src/inference/packs/active-packs.js';
import { addRecommended, type RecommendedOptions } from '../../../src/inference/packs/add-recommended.js';
import { loadCatalog } from '../../../src/inference/packs/catalog.js';
import { PackError, PackSourceError } from '../../../src/inference/packs/pack-error.js';
import { addPack, removePack, usePacks } from '../../../src/inference/packs/pack-store.js';
import { temporaryDirectory } from '../../helper.js';
import { describeMade, makeNetwork, writePack } from './made-pack.js';
import { type Behaviour, quickLimits, serveFiles, writeSet } from './made-set.js';

const chosen = 'shipped*2 one@1.0.0*1 two@1.0.0*0.25';

function start(t: Test) {
  const directory = temporaryDirectory(t);
  const packsDir = join(directory, 'packs-of-operator');
  const set = writeSet(directory);
  const add = (more: Partial<RecommendedOptions> = {}) =>
    addRecommended({ packsDir, catalogFile: set.catalogFile, limits: quickLimits, ...more });
  const contents = () => (existsSync(packsDir) ? readdirSync(packsDir).sort() : []);
  const models = async () => describeActive(await readActivePacks(packsDir));
  /** Asserts that adding fails with this error and message, adds nothing and leaves the choice. */
  const refused = async (t: Test, more: Partial<RecommendedOptions>, kind: typeof PackError, ...words: (string | RegExp)[]) => {
    const [before, were] = [contents(), await models()];
    const error = await add(more).catch((e: unknown) => e as Error);
    t.ok(error instanceof PackError && error.constructor === kind, String(error));
    for (const word of words) t.match((error as Error).message, word);
    t.strictSame(contents(), before, 'nothing half-written');
    t.equal(await models(), were, 'the choice is unchanged');
  };
  return { directory, packsDir, ...set, add, contents, models, refused };
}

t.test('from a folder, with folders for the packs or flat: added, chosen, and nothing to do the second time', async (t) => {
  const { directory, packsDir, mirror, files, add, contents, models } = start(t);
  const first = await add({ from: mirror });
  t.match(first, { added: ['one@1.0.0', 'two@1.0.0'], isNewChoice: true, before: undefined });
  t.equal(await models(), chosen);
  t.strictSame(contents(), ['active.json', 'one@1.0.0', 'two@1.0.0']);
  t.strictSame(readdirSync(join(packsDir, 'one@1.0.0')).sort(), ['LICENSE', 'one.onnx', 'pack.json']);
  t.match(await add({ from: '/nowhere' }), { added: [], isNewChoice: false }, 'no source is needed');

  const flat = join(directory, 'flat');
  mkdirSync(flat);
  for (const [path, bytes] of files) if (path.endsWith('.onnx')) writeFileSync(join(flat, path.split('/')[1]!), bytes);
  for (const name of ['active.json', 'one@1.0.0', 'two@1.0.0']) rmSync(join(packsDir, name), { recursive: true });
  t.match(await add({ from: flat }), { added: ['one@1.0.0', 'two@1.0.0'] });
  t.strictSame(readdirSync(join(packsDir, 'one@1.0.0')).sort(), ['one.onnx', 'pack.json'], 'the licence text may be missing');
});

t.test('from a server and from the pinned addresses', async (t) => {
  const { directory, packsDir, files, add, models } = start(t);
  const server = await serveFiles(t, files);
  await add({ from: `${server.url}/` });
  t.equal(await models(), chosen);
  t.strictSame(server.asked, ['one/one.onnx', 'one/LICENSE', 'two/two.onnx']);
  rmSync(packsDir, { recursive: true });
  const flat = await serveFiles(t, new Map([...files].map(([path, bytes]) => [path.split('/')[1]!, bytes])));
  await add({ from: flat.url });
  t.equal(await models(), chosen, 'all files in one folder');

  const pinned = writeSet(join(directory, 'pinned'), (path) => `${server.url}/${path}`);
  rmSync(packsDir, { recursive: true });
  await add({ catalogFile: pinned.catalogFile });
  t.equal(await models(), chosen);
  await usePacks(packsDir, []);
  await removePack(packsDir, 'two');
  t.equal((await addPack('two', { packsDir, catalogFile: pinned.catalogFile })).id, 'two@1.0.0', 'one of them by its name');
});

t.test('wrong, missing and unreachable files: named, with what to do, and nothing changes', async (t) => {
  const { directory, files, mirror, packsDir, add, refused, models } = start(t);
  await addPack(writePack(join(directory, 'own'), makeNetwork(), describeMade(makeNetwork())), { packsDir, catalogFile: '' });
  await usePacks(packsDir, [{ name: 'made', weight: 3 }]);
  const server = await serveFiles(t, files);
  const pinned = writeSet(join(directory, 'pinned'), (path) => `${server.url}/${path}`).catalogFile;
  const cases: [Behaviour, typeof PackError, RegExp][] = [
    ['other', PackError, /two\/two\.onnx: it has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}/],
    ['page', PackError, /two\/two\.onnx: it has SHA-256/],
    ['larger', PackError, /it is larger than the expected \d+ bytes/],
    ['missing', PackSourceError, /HTTP 404/],
    ['failing', PackSourceError, /HTTP 503\), 3 attempts/],
    ['cut', PackSourceError, /the download was cut after \d+ of \d+ bytes \(\S+\), 3 attempts/],
    ['cut-without-length', PackSourceError, /the download was cut after \d+ of \d+ bytes, 3 attempts/],
    ['stalled', PackSourceError, /no data for 0\.4 s, 3 attempts/],
  ];
  for (const [behaviour, kind, words] of cases)
    for (const source of [{ from: server.url }, { catalogFile: pinned }]) {
      server.behave = (path) => (path === 'two/two.onnx' ? behaviour : 'file');
      await refused(t, source, kind, /^model pack two@1\.0\.0: two\.onnx is not available\. Nothing was changed\./, words);
    }
  server.behave = () => 'other';
  await refused(t, { catalogFile: pinned }, PackError, /not the pinned file, perhaps the page of a proxy[\s\S]*--from/);
  await refused(
    t,
    {},
    PackSourceError,
    /nowhere\.invalid\/one\/one\.onnx: the download failed \((ENOTFOUND|EAI_AGAIN)/,
    /HTTPS_PROXY/,
    /--from/,
  );
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await refused(t, { from: `http://127.0.0.1:${port}` }, PackSourceError, /ECONNREFUSED/, /NAME\/FILE/);
  await refused(t, { from: join(directory, 'empty') }, PackSourceError, /one\.onnx: it does not exist/);
  await refused(t, { from: 'ftp://mirror' }, PackSourceError, /only http and https URLs/);
  await refused(t, { from: 'http://a:b@mirror' }, PackSourceError, /user name or password are not supported/);
  const bytes = Buffer.from(readFileSync(join(mirror, 'two/two.onnx'))).fill(7);
  writeFileSync(join(mirror, 'two/two.onnx'), bytes);
  await refused(t, { from: mirror }, PackError, /two\/two\.onnx: it has SHA-256/);
  writeFileSync(join(mirror, 'two/two.onnx'), bytes.subarray(1));
  await refused(t, { from: mirror }, PackError, /two\/two\.onnx: it has \d+ bytes, expected/);
  writeFileSync(join(mirror, 'one/LICENSE'), 'do what I like!!');
  await refused(t, { from: mirror }, PackError, /one\/LICENSE: it has SHA-256/);

  server.behave = () => 'file';
  t.match(await add({ from: server.url }), { before: { packs: [{ name: 'made', weight: 3 }] } });
  t.equal(await models(), chosen, 'it replaces the former choice');
});

t.test('a download that is cut, fails or stalls is repeated; a second address is tried', async (t) => {
  const { files, catalogFile, packsDir, add, models } = start(t);
  const server = await serveFiles(t, files);
  for (const behaviour of ['cut', 'failing', 'stalled'] as const) {
    server.asked.length = 0;
    server.behave = (_path, attempt) => (attempt < 3 ? behaviour : 'file');
    await add({ from: server.url });
    t.equal(await models(), chosen, behaviour);
    t.equal(server.asked.length, 9);
    rmSync(packsDir, { recursive: true });
  }
  server.behave = (path) => (path.startsWith('gone/') ? 'missing' : 'file');
  const catalog = JSON.parse(readFileSync(catalogFile, 'utf8'));
  for (const { name, files: pinned } of catalog.packs)
    for (const file of pinned) file.urls = [`${server.url}/gone/${file.file}`, `${server.url}/${name}/${file.file}`];
  writeFileSync(catalogFile, JSON.stringify(catalog));
  await add();
  t.equal(await models(), chosen);
});

t.test('an interrupted run leaves nothing, and a killed one is continued', async (t) => {
  const { files, packsDir, add, contents, models } = start(t);
  const server = await serveFiles(t, files);
  server.behave = (path) => (path === 'two/two.onnx' ? 'stalled' : 'file');
  const stop = new AbortController();
  const limits = { ...quickLimits, stallMs: 60_000 };
  const onFile = (file: string) => void (file === 'two.onnx' && setTimeout(() => stop.abort(new Error('enough')), 50));
  await t.rejects(add({ from: server.url, limits, signal: stop.signal, onFile }), { message: 'enough' });
  t.strictSame(contents(), []);

  server.behave = () => 'file';
  await add({ from: server.url });
  // As after a kill between the first pack's rename and the second's.
  for (const name of ['active.json', 'two@1.0.0']) rmSync(join(packsDir, name), { recursive: true });
  server.asked.length = 0;
  t.match(await add({ from: server.url }), { added: ['two@1.0.0'], isNewChoice: true });
  t.strictSame(server.asked, ['two/two.onnx']);
  t.equal(await models(), chosen);

  writeFileSync(join(packsDir, 'one@1.0.0', 'one.onnx'), 'damaged');
  await t.rejects(models(), /one\.onnx has SHA-256/);
  t.match(await add({ from: server.url }), { added: ['one@1.0.0'], isNewChoice: false });
  t.equal(await models(), chosen, 'a damaged pack is replaced');
  t.strictSame(contents(), ['active.json', 'one@1.0.0', 'two@1.0.0']);
});

t.test('a pack that fails its test is not added, nor is the other one', async (t) => {
  const { directory, catalogFile, mirror, contents, refused } = start(t);
  const path = join(directory, 'packs', 'two', 'pack.json');
  const description = JSON.parse(readFileSync(path, 'utf8'));
  description.networks[0].output.liveIndex = 9;
  writeFileSync(path, JSON.stringify(description));
  await refused(t, { from: mirror }, PackError, /two@1\.0\.0: two\.onnx returned 3 values, but at least 10 are needed/);
  t.strictSame(contents(), []);
  rmSync(path);
  await refused(t, { from: mirror }, PackError, /pack\.json is missing|cannot be read/);
  writeFileSync(catalogFile, JSON.stringify({ version: 1, packs: [] }));
  await refused(t, {}, PackError, /recommends none/);
});

t.test('an own pack under the same name and version is not replaced', async (t) => {
  const { directory, packsDir, catalogFile, mirror, refused } = start(t);
  const own = makeNetwork({ steps: [{ opType: 'Abs' }] });
  await addPack(writePack(join(directory, 'own'), own, describeMade(own, { name: 'one' })), { packsDir, catalogFile });
  await refused(
    t,
    { from: mirror },
    PackError,
    /one@1\.0\.0: the pack that was added under this name is not the recommended one/,
  );
});

t.test('the choice of a recognition pack stays', async (t) => {
  const { packsDir, mirror, add } = start(t);
  mkdirSync(packsDir);
  const recognition = { name: 'embedder', version: '1.0.0' };
  writeFileSync(join(packsDir, 'active.json'), JSON.stringify({ format: 1, shippedWeight: 1, packs: [], recognition }));
  await add({ from: mirror });
  t.match(await readSelection(packsDir), { packs: [{ name: 'one' }, { name: 'two' }], recognition });
});

t.test('the committed catalogue pins what the descriptions say, at a commit, and recommends weights once', async (t) => {
  const { packs, recommended } = await loadCatalog(findPackCatalog());
  for (const { name, files } of packs) {
    const description = JSON.parse(readFileSync(join(findInstallation(), 'models/packs', name, 'pack.json'), 'utf8'));
    for (const { file, sha256 } of description.networks)
      t.equal(files?.find((one) => one.file === file)?.sha256, sha256, `${name}: ${file}`);
    for (const { urls } of files ?? [])
      for (const url of urls) t.match(url, /^https:\/\/raw\.githubusercontent\.com\/[\w.-]+\/[\w.-]+\/[0-9a-f]{40}\/\S+$/);
    t.equal(recommended?.packs.find((pack) => pack.name === name)?.weight, description.weight ?? 1, `${name}: the weight`);
  }
  t.equal(recommended?.packs.length, 2);
});
