import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { temporaryDirectory } from '../helper.js';
import { describeMade, makeNetwork, writePack } from '../inference/packs/made-pack.js';
import { runCommand } from './run-command.js';

t.test('triface models add, list, use, remove', async (t) => {
  const dataDir = temporaryDirectory(t);
  const network = makeNetwork();
  const given = (name: string) => writePack(join(dataDir, 'given', name), network, describeMade(network, { name, weight: 0.5 }));
  const run = async (...command: string[]) => {
    const { status, out, err } = await runCommand(['models', ...command], { DATA_DIR: dataDir });
    return { code: status, out, error: err };
  };
  t.match(await run('list'), { code: 0, out: /^in use {3}shipped\nin use {3}shipped for recognition\n$/ });
  t.match(await run('add', given('one')), { code: 0, out: /added one@1\.0\.0 \(liveness; stated licence: CC0-1\.0\)/ });
  t.match(await run('add', given('two')), { code: 0 });
  t.match(await run('use', 'one', '--weight', '2', 'two', '--weight', '0.25', '--shipped', '3'), {
    code: 0,
    out: /shipped, weight 3\nin use {3}one@1\.0\.0, weight 2\nin use {3}two@1\.0\.0, weight 0\.25\n/,
  });
  t.match(await run('use', 'one', 'two'), { code: 0, out: /one@1\.0\.0, weight 0\.5\nin use {3}two@1\.0\.0, weight 0\.5\n/ });
  const { shippedWeight, packs } = JSON.parse((await run('list', '--json')).out);
  t.equal(shippedWeight, 1);
  t.match(packs, [
    { id: 'one@1.0.0', kind: 'liveness', licence: 'CC0-1.0', weight: 0.5, fault: null },
    { id: 'two@1.0.0', weight: 0.5 },
  ]);

  const wrong: [string[], RegExp][] = [
    [['use'], /name the packs to use, or give --none/],
    [['use', 'one', '--none'], /--none cannot be combined with pack names/],
    [['use', 'one', 'two', '--weight', '1'], /got 1 weights for 2 packs/],
    [['use', 'one', '--weight', '0'], /must be a number above 0/],
    [['use', 'three'], /model pack three: it has not been added/],
    [['remove', 'one'], /it is in use/],
    [['add', join(dataDir, 'given', 'one')], /it has already been added/],
    [['add', 'https://example.com/pack.tgz'], /with --sha256/],
    [['add', 'nothing-of-the-sort'], /not found as a directory, a file or a catalogue name; the catalogue has/],
  ];
  for (const [command, words] of wrong) {
    const { code, error } = await run(...command);
    t.equal(code, 1, command.join(' '));
    t.match(error, words);
    t.notMatch(error, /\n\s+at /, 'no stack');
  }
  t.match(await run('use', '--none'), { code: 0, out: /^in use {3}shipped\nRestart the server/ });
  t.match(await run('remove', 'one'), { code: 0, out: 'removed one@1.0.0\n' });
  t.notOk(existsSync(join(dataDir, 'packs', 'one@1.0.0')));
});
