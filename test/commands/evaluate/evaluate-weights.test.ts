import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { findPackCatalog } from '../../../src/base/installation.js';
import { readSelection } from '../../../src/inference/packs/active-packs.js';
import { addPack, usePacks } from '../../../src/inference/packs/pack-store.js';
import { openStore } from '../../../src/storage/store.js';
import { replay, selfie } from '../../fixtures/pictures.js';
import { temporaryDirectory } from '../../helper.js';
import { describeMade, makeNetwork, writePack } from '../../inference/packs/made-pack.js';
import { readCommand } from '../run-command.js';
import { linkMany, readReport, runEvaluate, writeFiles } from './evaluate-program.js';

test('packs are measured; weights are suggested, and applied if they help', async (t) => {
  const dataDir = temporaryDirectory(t);
  const directory = join(dataDir, 'set');
  const packsDir = join(dataDir, 'packs');
  const network = makeNetwork();
  const description = describeMade(network, { name: 'blue' });
  // This network scores blue faces as live. The bona fide pictures here are the redder ones, so it is always wrong.
  const networks = description.networks.map((of) => ({ ...of, output: { ...of.output, liveIndex: 2 } }));
  await addPack(writePack(join(dataDir, 'given'), network, { ...description, networks }), {
    packsDir,
    catalogFile: findPackCatalog(),
  });
  writeFiles(directory, {
    'bona-fide/one.jpg': await selfie(),
    'attack/replay/screen.jpg': await replay(),
  });
  linkMany(directory, 'bona-fide/one.jpg', 19, (i) => `bona-fide/copy-${i}.jpg`);
  linkMany(directory, 'attack/replay/screen.jpg', 19, (i) => `attack/replay/copy-${i}.jpg`);
  const evaluate = (...more: string[]) => runEvaluate([directory, ...more], { DATA_DIR: dataDir });

  const alone = await evaluate('--apply-weights');
  t.equal(alone.status, 1);
  t.match(alone.err, /--apply-weights: no model pack is in use/);
  t.notMatch(alone.err, /\n +at /);
  const unknown = await evaluate('--packs', 'green');
  t.equal(unknown.status, 1);
  t.match(unknown.err, /model pack green: it has not been added/);

  // With equal weights the shipped model decides: there is nothing to gain, and nothing is changed.
  const equal = await evaluate('--packs', 'blue', '--apply-weights');
  t.equal(equal.status, 0, equal.err);
  t.match(equal.out, /Models \(weights in use: shipped\*1 blue@1\.0\.0\*1\):\n {2}shipped: AUC 1\.0000, EER 0\.0 %/);
  t.match(equal.out, /\n {2}blue@1\.0\.0: AUC 0\.0000, EER 100\.0 %/);
  t.match(equal.out, /10 random folds, since neither the sources nor the folders form at least three groups/);
  t.match(equal.out, /separate these pictures without errors, so there is nothing to improve/);
  t.match(equal.out, /No weights were suggested\. The choice of packs was not changed/);
  t.match(readReport(`${directory}-report`).models, {
    present: { shipped: 1, 'blue@1.0.0': 1 },
    presentations: { bonaFide: 20, attack: 20 },
    figures: [{ name: 'shipped', area: 1 }, { name: 'blue@1.0.0', area: 0 }, { area: 1 }],
    weights: { suggested: null },
  });
  t.match(await readSelection(packsDir), { packs: [] });

  await usePacks(packsDir, [{ name: 'blue', weight: 1000 }], 0.01);
  const wrong = await evaluate();
  t.equal(wrong.status, 0, wrong.err);
  t.match(wrong.out, /fused, weights in use: AUC 0\.0000, EER 100\.0 %/);
  t.match(wrong.out, /fused, learned weights, cross-validated: AUC 1\.0000, EER 0\.0 %/);
  t.match(wrong.out, /Suggested: npx triface models use --none/);
  t.match(readFileSync(join(`${directory}-report`, 'report.html'), 'utf8'), /<code>npx triface models use --none<\/code>/);
  t.match(await readSelection(packsDir), { packs: [{ name: 'blue' }] }, 'not unless requested');

  // A database as a server leaves it, so that there is an audit log.
  await (await openStore({ databaseUrl: '', dataDir })).close();
  const applied = await evaluate('--apply-weights');
  t.match(applied.err, /reusing 40 measurements of an earlier run/);
  t.match(applied.out, /Applied: npx triface models use --none/);
  t.match(await readSelection(packsDir), { packs: [] });
  t.match(JSON.parse(await readCommand(['audit', 'list', '--json'], { DATA_DIR: dataDir })), [
    {
      action: 'pack.use',
      detail: {
        command: 'evaluate',
        old: { shippedWeight: 0.01, packs: [{ id: 'blue@1.0.0', weight: 1000 }] },
        new: { packs: [] },
      },
    },
  ]);
});
