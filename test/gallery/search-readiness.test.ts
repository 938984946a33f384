import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { MemorySearch } from '../../src/gallery/memory-search.js';
import { temporaryDirectory } from '../helper.js';

test('the search is not ready while templates cannot be loaded, says so once, and recovers by itself', async (t) => {
  const directory = temporaryDirectory(t);
  const dataDir = join(directory, 'data');
  mkdirSync(join(dataDir, 'keys'), { recursive: true });
  // no directory can be created below a file, and so no database
  const blocker = join(directory, 'database');
  writeFileSync(blocker, '');
  const states: (string | undefined)[] = [];
  const search = new MemorySearch({
    database: { databaseUrl: `file:${join(blocker, 'triface.db')}`, dataDir },
    fixedMasterKeys: [],
    recognitionModel: 'm',
    templateLength: 512,
    threads: 1,
    onThreadLost: () => {},
    onLoadState: (failure) => states.push(failure?.message),
  });
  t.teardown(() => search.close());
  await search.check();
  t.pass('nothing has been loaded, and nothing needs to be');
  await t.rejects(search.start(), { name: 'UnavailableError', message: /^the templates cannot be loaded: / });
  for (let i = 0; i < 3; i++) {
    await t.rejects(search.check());
    await sleep(300);
  }
  const query = { companyId: 'c', vector: new Float32Array(512), limit: 1, minimum: 0 };
  await t.rejects(search.search(query), { name: 'UnavailableError' });
  rmSync(blocker);
  mkdirSync(blocker);
  for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
    const failure = await search.check().catch((error: Error) => error);
    if (!failure) break;
    if (Date.now() > deadline) throw failure;
  }
  t.equal(states.length, 2, 'one line when it fails, one when it works');
  t.match(states[0], /cannot (open|be)/);
  t.equal(states[1], undefined);
});
