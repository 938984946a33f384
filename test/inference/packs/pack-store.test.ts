import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { create, Header } from 'tar';
import { findPackCatalog } from '../../../src/base/installation.js';
import { describeActive, readActivePacks } from '../../../src/inference/packs/active-packs.js';
import { PackError } from '../../../src/inference/packs/pack-error.js';
import { packLimits } from '../../../src/inference/packs/pack-limits.js';
import { addPack, listPacks, removePack, usePacks } from '../../../src/inference/packs/pack-store.js';
import { temporaryDirectory } from '../../helper.js';
import { describeMade, makeNetwork, sha256, writePack } from './made-pack.js';

const network = makeNetwork();
const right = describeMade(network);
const base = right.networks[0]!;

/** A place for packs, and a pack to add. */
function start(t: Test) {
  const directory = temporaryDirectory(t);
  const packsDir = join(directory, 'packs');
  const options = { packsDir, catalogFile: findPackCatalog() };
  const add = (source: string, more: Partial<Parameters<typeof addPack>[1]> = {}) => addPack(source, { ...options, ...more });
  return { directory, packsDir, add, given: writePack(join(directory, 'given'), network, right) };
}
const contents = (packsDir: string): string[] => (existsSync(packsDir) ? readdirSync(packsDir).sort() : []);

/** Asserts that adding fails with this message and leaves nothing behind. */
async function refused(t: Test, what: Promise<unknown>, words: RegExp, packsDir: string, left: string[] = []): Promise<void> {
  const error = await what.then(
    () => undefined,
    (e: unknown) => e,
  );
  t.ok(error instanceof PackError, String(error));
  t.match((error as Error | undefined)?.message, words);
  t.strictSame(contents(packsDir), left, 'nothing half-written');
}

/** A tar entry as raw bytes, which a well-meaning library would not write. */
function rawEntry(path: string, body: Buffer, more: { type?: 'File' | 'SymbolicLink' | 'Link'; linkpath?: string } = {}): Buffer {
  const header = new Header({ path, size: body.length, mode: 0o644, type: 'File', mtime: new Date(0), ...more });
  header.encode();
  return Buffer.concat([header.block!, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
const archive = (...entries: Buffer[]): Buffer => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
const descriptionEntry = rawEntry('made/pack.json', Buffer.from(JSON.stringify(right)));
const goodArchive = archive(descriptionEntry, rawEntry('made/made.onnx', Buffer.from(network)));

t.test('added, listed, used with weights, protected from removal while in use, removed', async (t) => {
  const { packsDir, add, given } = start(t);
  writeFileSync(join(given, 'LICENSE'), 'do what you like');
  writeFileSync(join(given, 'notes.txt'), 'not needed');
  t.equal((await add(given)).id, 'made@1.0.0');
  t.strictSame(contents(join(packsDir, 'made@1.0.0')), ['LICENSE', 'made.onnx', 'pack.json']);
  t.match(await listPacks(packsDir), { shippedWeight: 1, packs: [{ id: 'made@1.0.0', weight: undefined, fault: undefined }] });
  t.strictSame(await readActivePacks(packsDir), { shippedWeight: 1, packs: [] });

  await usePacks(packsDir, [{ name: 'made', weight: 0.5 }], 2);
  t.match(await readActivePacks(packsDir), { shippedWeight: 2, packs: [{ pack: { id: 'made@1.0.0' }, weight: 0.5 }] });
  t.match(await listPacks(packsDir), { shippedWeight: 2, packs: [{ weight: 0.5 }] });
  await t.rejects(removePack(packsDir, 'made'), { name: 'PackError', message: /in use/ });
  t.ok(existsSync(join(packsDir, 'made@1.0.0')));

  await usePacks(packsDir, []);
  t.equal(await removePack(packsDir, 'made'), 'made@1.0.0');
  t.strictSame(contents(packsDir), ['active.json']);
  await t.rejects(removePack(packsDir, 'made'), { name: 'PackError', message: /has not been added/ });
});

t.test('the same name and version twice is refused; two versions must be distinguished', async (t) => {
  const { directory, packsDir, add, given } = start(t);
  await add(given);
  await refused(t, add(given), /made@1\.0\.0: it has already been added/, packsDir, ['made@1.0.0']);
  await add(writePack(join(directory, 'second'), network, { ...right, version: '2.0.0', weight: 3 }));
  await t.rejects(usePacks(packsDir, [{ name: 'made' }]), {
    message: /several versions have been added; choose one of made@1\.0\.0, made@2\.0\.0/,
  });
  t.match(await usePacks(packsDir, [{ name: 'made@2.0.0' }]), { packs: [{ version: '2.0.0', weight: 3 }] });
  const twice = [{ name: 'made@2.0.0' }, { name: 'made@2.0.0' }];
  await t.rejects(usePacks(packsDir, twice), { message: /named twice/ });
  for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1001])
    await t.rejects(usePacks(packsDir, [{ name: 'made@1.0.0', weight }]), { message: /its weight must be above 0/ });
  await t.rejects(usePacks(packsDir, [{ name: '../given' }]), { message: /has not been added/ });
  t.match(await readActivePacks(packsDir), { packs: [{ pack: { id: 'made@2.0.0' } }] }, 'what was chosen before still stands');
});

t.test('invalid descriptions are refused with the reason', async (t) => {
  const { directory, packsDir, add } = start(t);
  const changed = (change: object) => ({ ...right, networks: [{ ...base, ...change }] });
  const { licence: _licence, ...unlicensed } = right;
  const wrong: [object, RegExp][] = [
    [unlicensed, /licence/],
    [{ ...right, licence: '' }, /\/licence/],
    [{ ...right, kind: 'age' }, /"kind" must be "liveness" or "recognition"/],
    [{ ...right, format: 2 }, /\/format/],
    [{ ...right, name: '../made' }, /\/name/],
    [{ ...right, name: 'shipped' }, /must not be shipped, the name of the shipped model/],
    [{ ...right, version: '../../1' }, /\/version/],
    [{ ...right, surprise: 1 }, /surprise|additional/],
    [{ ...right, networks: [] }, /\/networks/],
    [changed({ file: '../made.onnx' }), /networks\/0\/file/],
    [changed({ file: '/etc/made.onnx' }), /networks\/0\/file/],
    [changed({ file: 'sub/made.onnx' }), /networks\/0\/file/],
    [changed({ sha256: 'abc' }), /networks\/0\/sha256/],
    [changed({ sha256: '0'.repeat(64) }), /made\.onnx has SHA-256 [0-9a-f]{64}, but pack\.json says 0{64}/],
    [changed({ input: { ...base.input, mean: [0] } }), /input\/mean must have 3 numbers for rgb/],
    [changed({ input: { ...base.input, scale: [1, 0, 1] } }), /input\/scale must not be 0/],
    [changed({ input: { ...base.input, name: 'data' } }), /has an input input, but pack\.json says data/],
    [changed({ input: { ...base.input, width: 16 } }), /has an input of shape batch×3×8×8, but pack\.json says 1×3×8×16/],
    [changed({ input: { ...base.input, layout: 'nhwc' } }), /has an input of shape batch×3×8×8, but pack\.json says 1×8×8×3/],
    [changed({ output: { ...base.output, name: 'scores' } }), /has no output scores; its outputs are output/],
    [changed({ output: { ...base.output, liveIndex: 7 } }), /returned 3 values, but at least 8 are needed/],
    [changed({ file: 'absent.onnx' }), /absent\.onnx is missing/],
  ];
  for (const [i, [description, words]] of wrong.entries())
    await refused(t, add(writePack(join(directory, `wrong${i}`), network, description)), words, packsDir);
  mkdirSync(join(directory, 'empty'));
  await refused(t, add(join(directory, 'empty')), /pack\.json is missing/, packsDir);
  writeFileSync(join(directory, 'empty', 'pack.json'), '{');
  await refused(t, add(join(directory, 'empty')), /pack\.json is not valid JSON/, packsDir);
});

t.test('wrong networks are refused', async (t) => {
  const { directory, packsDir, add } = start(t);
  const withNetwork = (name: string, bytes: Uint8Array): string => writePack(join(directory, name), bytes, describeMade(bytes));
  await refused(t, add(withNetwork('text', Buffer.from('no network at all'))), /not an ONNX file|could not be loaded/, packsDir);
  await refused(t, add(withNetwork('empty', Buffer.alloc(0))), /not an ONNX file/, packsDir);
  const nan = makeNetwork({ steps: [{ opType: 'Neg' }, { opType: 'Sqrt' }] });
  await refused(t, add(withNetwork('nan', nan)), /returned a value that is not finite/, packsDir);
  const unknown = makeNetwork({ steps: [{ opType: 'Telepathy' }] });
  await refused(t, add(withNetwork('unknown', unknown)), /could not be loaded by onnxruntime/, packsDir);
  const grey = makeNetwork({ channels: 1 });
  await refused(t, add(withNetwork('grey', grey)), /has an input of shape batch×1×8×8/, packsDir);
  const reaching = makeNetwork({ external: '../../secret' });
  await refused(t, add(withNetwork('reaching', reaching)), /stores weights in other files/, packsDir);
  const { networkBytes } = { networkBytes: network.length - 1 };
  const given = withNetwork('large', network);
  await refused(t, add(given, { limits: { ...packLimits, networkBytes } }), /larger than/, packsDir);
});

t.test('a link in a directory is not accepted as a file', async (t) => {
  const { directory, packsDir, add, given } = start(t);
  renameSync(join(given, 'made.onnx'), join(directory, 'elsewhere.onnx'));
  symlinkSync(join(directory, 'elsewhere.onnx'), join(given, 'made.onnx'));
  await refused(t, add(given), /made\.onnx is not a regular file/, packsDir);
});

t.test('a .tgz, as npm and tar make them', async (t) => {
  const { directory, packsDir, add } = start(t);
  await create({ gzip: true, file: join(directory, 'root.tgz'), cwd: join(directory, 'given') }, ['.']);
  t.equal((await add(join(directory, 'root.tgz'))).id, 'made@1.0.0');
  await removePack(packsDir, 'made');
  writeFileSync(join(directory, 'folder.tgz'), goodArchive);
  await add(join(directory, 'folder.tgz'), { sha256: sha256(goodArchive) });
  await removePack(packsDir, 'made');
  const other = add(join(directory, 'folder.tgz'), { sha256: '0'.repeat(64) });
  await refused(t, other, /the archive has SHA-256 [0-9a-f]{64}, expected 0{64}/, packsDir);
  await refused(t, add(join(directory, 'folder.tgz'), { sha256: 'x' }), /--sha256 must be 64/, packsDir);
});

t.test('an archive with paths outside its folder is refused as a whole', async (t) => {
  const { directory, packsDir, add } = start(t);
  const body = Buffer.from(network);
  const bad: [Buffer, RegExp][] = [
    [archive(descriptionEntry, rawEntry('../made.onnx', body)), /leads out of the archive/],
    [archive(descriptionEntry, rawEntry('made/../../made.onnx', body)), /leads out of the archive/],
    [archive(descriptionEntry, rawEntry('/tmp/made.onnx', body)), /absolute path/],
    [archive(descriptionEntry, rawEntry('C:\\made.onnx', body)), /absolute path/],
    [
      archive(descriptionEntry, rawEntry('made/made.onnx', Buffer.alloc(0), { type: 'SymbolicLink', linkpath: '/etc/passwd' })),
      /not a regular file \(SymbolicLink\)/,
    ],
    [
      archive(descriptionEntry, rawEntry('made/made.onnx', Buffer.alloc(0), { type: 'Link', linkpath: 'pack.json' })),
      /not a regular file \(Link\)/,
    ],
    [archive(descriptionEntry, descriptionEntry), /contains pack\.json twice/],
    [archive(rawEntry('made/made.onnx', body)), /pack\.json is missing/],
    [Buffer.from('no archive'), /cannot be read|pack\.json is missing/],
    [goodArchive.subarray(0, goodArchive.length - 40), /cannot be read/],
  ];
  for (const [i, [bytes, words]] of bad.entries()) {
    writeFileSync(join(directory, `bad${i}.tgz`), bytes);
    await refused(t, add(join(directory, `bad${i}.tgz`)), words, packsDir);
  }
  t.strictSame(
    readdirSync(directory).filter((name) => name === 'made.onnx'),
    [],
    'nothing was written beside the place for packs',
  );
  const file = join(directory, 'good.tgz');
  writeFileSync(file, goodArchive);
  await refused(t, add(file, { limits: { ...packLimits, networkBytes: 10 } }), /made\.onnx is too large/, packsDir);
  await refused(t, add(file, { limits: { ...packLimits, archiveFiles: 1 } }), /more than 1 files/, packsDir);
  await refused(
    t,
    add(file, { limits: { ...packLimits, archiveBytes: 600 } }),
    /more than 600 bytes|larger than 600 bytes/,
    packsDir,
  );
  const bomb = join(directory, 'bomb.tgz');
  writeFileSync(bomb, archive(rawEntry('made/zeros.bin', Buffer.alloc(40_000_000))));
  const limits = { ...packLimits, archiveBytes: 1_000_000 };
  await refused(t, add(bomb, { limits }), /unpacks to more than 1000000 bytes/, packsDir);
});

t.test('by URL and by catalogue name, from a private server', async (t) => {
  const { directory, packsDir, add } = start(t);
  const server = createServer((request, response) => {
    if (request.url === '/moved.tgz') response.writeHead(302, { location: '/made.tgz' }).end();
    else if (request.url === '/round.tgz') response.writeHead(302, { location: '/round.tgz' }).end();
    else if (request.url === '/away.tgz') response.writeHead(302, { location: 'http://192.0.2.1/made.tgz' }).end();
    else if (request.url === '/made.tgz') response.end(goodArchive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
  const hash = sha256(goodArchive);

  for (const path of ['made.tgz', 'moved.tgz']) {
    t.equal((await add(at(path), { sha256: hash })).id, 'made@1.0.0');
    await removePack(packsDir, 'made');
  }
  await refused(t, add(at('made.tgz')), /give the expected SHA-256 of the \.tgz with --sha256/, packsDir);
  await refused(t, add(at('made.tgz'), { sha256: '1'.repeat(64) }), /the archive has SHA-256 .*, expected 1{64}/, packsDir);
  await refused(t, add(at('absent.tgz'), { sha256: hash }), /HTTP 404/, packsDir);
  await refused(t, add(at('round.tgz'), { sha256: hash }), /redirects more than/, packsDir);
  await refused(t, add(at('away.tgz'), { sha256: hash }), /only https URLs/, packsDir);
  await refused(t, add('http://example.com/made.tgz', { sha256: hash }), /only https URLs/, packsDir);
  await refused(t, add('file:///etc/made.tgz', { sha256: hash }), /only https URLs/, packsDir);
  await refused(
    t,
    add(at('made.tgz'), { sha256: hash, limits: { ...packLimits, archiveBytes: 100 } }),
    /larger than 100/,
    packsDir,
  );

  const catalogFile = join(directory, 'catalog.json');
  const entry = { name: 'made', version: '1.0.0', kind: 'liveness', licence: 'CC0-1.0', origin: 'a test', figures: [] };
  const writeCatalog = (packs: object[]) => writeFileSync(catalogFile, JSON.stringify({ version: 1, packs }));
  writeCatalog([{ ...entry, archive: { url: at('made.tgz'), sha256: hash } }]);
  t.equal((await add('made', { catalogFile })).id, 'made@1.0.0');
  await removePack(packsDir, 'made');
  await refused(t, add('other', { catalogFile }), /the catalogue has made/, packsDir);
  writeCatalog([{ ...entry, archive: { url: at('made.tgz'), sha256: '2'.repeat(64) } }]);
  await refused(t, add('made', { catalogFile }), /expected 2{64}/, packsDir);
  writeCatalog([{ ...entry, archive: { url: at('made.tgz') } }]);
  await refused(t, add('made', { catalogFile }), /catalogue .* is invalid/, packsDir);
});

t.test('packs and the choice of an installation are used until the operator has their own', async (t) => {
  const { directory, packsDir: own, add, given } = start(t);
  const installed = join(directory, 'installed');
  const folders = [own, installed] as const;
  const inUse = async () => describeActive(await readActivePacks(folders));
  t.equal(await inUse(), 'shipped', 'neither folder is there');
  await add(given, { packsDir: installed });
  await usePacks(installed, [{ name: 'made', weight: 0.5 }]);
  t.equal(await inUse(), 'shipped*1 made@1.0.0*0.5');
  t.match(await listPacks(folders), { packs: [{ id: 'made@1.0.0', weight: 0.5, fault: undefined }] });
  await t.rejects(removePack(folders, 'made'), { message: /in use/ });

  await usePacks(folders, []);
  t.equal(await inUse(), 'shipped', 'the operator chose none');
  await t.rejects(removePack(folders, 'made'), { message: /made@1\.0\.0: it is part of the installation/ });
  await add(writePack(join(directory, 'other'), network, { ...right, name: 'other' }), { packsDir: folders });
  await usePacks(folders, [{ name: 'other' }, { name: 'made' }]);
  t.equal(await inUse(), 'shipped*1 other@1.0.0*1 made@1.0.0*1', 'from both folders');
  t.strictSame(contents(own), ['active.json', 'other@1.0.0']);

  const changed = makeNetwork({ steps: [{ opType: 'Abs' }] });
  await add(writePack(join(directory, 'changed'), changed, { ...describeMade(changed) }), { packsDir: folders });
  t.equal((await readActivePacks(folders)).packs[1]?.pack.directory, join(own, 'made@1.0.0'), "the operator's own comes first");
  await usePacks(folders, []);
  await removePack(folders, 'made');
  t.strictSame(contents(installed), ['active.json', 'made@1.0.0'], 'the installation is never changed');
});

t.test('a pack in use that breaks is named, and nothing is served with fewer models', async (t) => {
  const { packsDir, add, given } = start(t);
  await add(given);
  await usePacks(packsDir, [{ name: 'made' }]);
  const file = join(packsDir, 'made@1.0.0', 'made.onnx');
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([0])]));
  await t.rejects(readActivePacks(packsDir), {
    name: 'PackError',
    message: /made@1\.0\.0: made\.onnx has SHA-256[\s\S]*the server cannot start/,
  });
  t.match(await listPacks(packsDir), { packs: [{ id: 'made@1.0.0', weight: 1, fault: /has SHA-256/ }] });
  rmSync(join(packsDir, 'made@1.0.0'), { recursive: true });
  await t.rejects(readActivePacks(packsDir), { message: /made@1\.0\.0: pack\.json is missing/ });
  writeFileSync(join(packsDir, 'active.json'), '{"format":1}');
  await t.rejects(readActivePacks(packsDir), { message: /active\.json is invalid/ });
  writeFileSync(join(packsDir, 'active.json'), '');
  await t.rejects(readActivePacks(packsDir), { message: /active\.json is not valid JSON/ });
});

t.test('a recognition pack is checked and kept, but not used', async (t) => {
  const { directory, packsDir, add } = start(t);
  const wide = makeNetwork({ steps: [{ opType: 'Concat', attribute: [] }] });
  const description = (length: number, bytes: Uint8Array) => ({
    format: 1,
    name: 'embedder',
    version: '1.0.0',
    kind: 'recognition',
    licence: 'CC0-1.0',
    origin: 'made by a test',
    networks: [
      {
        file: 'made.onnx',
        sha256: sha256(bytes),
        input: { ...base.input, width: 16, height: 16 },
        alignment: {
          points: [
            [5, 6],
            [11, 6],
            [8, 9],
            [6, 12],
            [10, 12],
          ],
        },
        output: { name: 'output', length },
      },
    ],
    comparison: { measure: 'cosine', threshold: 0.4 },
  });
  await refused(
    t,
    add(writePack(join(directory, 'bad'), wide, description(16, wide))),
    /could not be loaded by onnxruntime/,
    packsDir,
  );
  const many = makeNetwork({ side: 16, repeat: 8 });
  const short = writePack(join(directory, 'short'), many, description(32, many));
  await refused(t, add(short), /returns 24 numbers, but pack\.json says 32/, packsDir);
  t.equal((await add(writePack(join(directory, 'fits'), many, description(24, many)))).id, 'embedder@1.0.0');
  await t.rejects(usePacks(packsDir, [{ name: 'embedder' }]), {
    name: 'PackError',
    message: /it is a recognition pack; use it with `npx triface models use --recognition embedder@1\.0\.0`/,
  });
});
