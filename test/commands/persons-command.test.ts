import { join } from 'node:path';
import { test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { readCommand } from './run-command.js';

test('persons collisions lists the numbers of persons, and no citizen ids', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const list = () => readCommand(['persons', 'collisions'], { DATA_DIR: dataDir });
  const store = await openStore({ databaseUrl: '', dataDir });
  await store.db.insertInto('companies').values({ id: 'c', name: 'Acme', createdAt: 1 }).execute();
  const addPerson = (citizenId: string) =>
    store.db
      .insertInto('persons')
      .values({
        ...{ id: citizenId, companyId: 'c', citizenId, name: 'N', searchText: 'n', isBlocked: 0, agreedTerms: 0 },
        ...{ pictureId: null, createdAt: 1, updatedAt: 1, createdBy: 'a' },
      })
      .execute();
  for (const citizenId of ['7-708', 'other']) await addPerson(citizenId);
  t.equal(await list(), 'no collisions\n');
  for (const citizenId of ['７-708', '7\u200b-708']) await addPerson(citizenId);
  const listed = await list();
  t.match(listed, /^persons 1, 3, 4 of Acme\n/);
  t.notMatch(listed, /708/);
  await store.close();
});
