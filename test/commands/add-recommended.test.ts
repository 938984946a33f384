import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { temporaryDirectory } from '../helper.js';
import { serveFiles, writeSet } from '../inference/packs/made-set.js';
import { runCommand } from './run-command.js';

const given = process.env.TRIFACE_TEST_MODEL_PACKS ?? join(findInstallation(), '../shared/model-packs');

t.test('triface models add recommended: licences, benefit, price, and once more', async (t) => {
  const dataDir = temporaryDirectory(t);
  const { catalogFile, files } = writeSet(temporaryDirectory(t));
  const server = await serveFiles(t, files);
  const run = (...words: string[]) =>
    runCommand(['models', 'add', ...words, '--catalog', catalogFile], { DATA_DIR: dataDir, NO_PROXY: '*' });
  const contents = () => (existsSync(join(dataDir, 'packs')) ? readdirSync(join(dataDir, 'packs')) : []);

  server.behave = () => 'missing';
  const failed = await run('recommended', '--from', server.url);
  t.match(failed, { status: 1, out: '', err: /one\.onnx is not available[\s\S]*HTTP 404/ });
  t.notMatch(failed.err, /\n\s+at /, 'no stack');
  const left = await run('recommended', '--from', server.url, '--if-reachable');
  t.match(left, { status: 0, out: '', err: /Continuing without the recommended packs/ });
  server.behave = () => 'other';
  t.match(await run('recommended', '--from', server.url, '--if-reachable'), { status: 1 }, 'wrong content always fails');
  t.strictSame(contents(), [], 'nothing was added');

  server.behave = () => 'file';
  const added = await run('recommended', '--from', server.url);
  t.equal(added.status, 0);
  t.match(added.err, `fetching two.onnx from ${server.url}/two/two.onnx`);
  t.match(added.out, /^added {4}one@1\.0\.0, weight 1 \(stated licence: CC0-1\.0\)\nadded {4}two@1\.0\.0, weight 0\.25/);
  t.match(added.out, /in use {3}shipped, weight 2, and these packs\n[\s\S]* {2}\+ better\n {2}- slower\nRestart the server/);
  const again = await run('recommended');
  t.match(again, { status: 0, out: /present {2}one@1\.0\.0[\s\S]*are in use already\. Nothing was changed/ });

  t.match(await run('recommended', '--sha256', '0'.repeat(64)), { status: 1, err: /cannot be combined/ });
  t.match(await run('one', '--if-reachable'), { status: 1, err: /applies to `recommended` only/ });
});

const noFiles = existsSync(given) ? false : '../shared/model-packs is not there: the real packs were not added';
t.test('the committed catalogue, from a folder and from a server', { skip: noFiles }, async (t) => {
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(given))
    for (const file of readdirSync(join(given, name))) files.set(`${name}/${file}`, readFileSync(join(given, name, file)));
  const server = await serveFiles(t, files);
  for (const from of [given, server.url]) {
    const dataDir = temporaryDirectory(t);
    const { status, out } = await runCommand(['models', 'add', 'recommended', '--from', from], { DATA_DIR: dataDir });
    t.equal(status, 0);
    t.match(out, /in use {3}shipped, weight 1[\s\S]*38\.8 → 25\.3 %[\s\S]*- newest sources, all bona fide/);
    t.match(
      (await runCommand(['models', 'list'], { DATA_DIR: dataDir })).out,
      /facenox@98\.20, weight 0\.3 [\s\S]*silent-face@1\.0\.0, weight 1 /,
    );
    t.ok(existsSync(join(dataDir, 'packs', 'facenox@98.20', 'LICENSE')));
  }
});
