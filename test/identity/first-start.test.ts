import { join } from 'node:path';
import { RIGHTS } from '../../src/base/settings/rights.js';
import { createFirstAccount, type FirstStart } from '../../src/identity/first-start.js';
import { openStore } from '../../src/storage/store.js';
import { repetitions } from '../repetitions.js';
import { runTogether } from '../storage/children.js';
import { makeDatabase, testEach } from '../storage/databases.js';
import { openAccounts } from './open-accounts.js';

testEach('without a password a random one is generated, and it is valid', async (t, databaseUrl) => {
  const { accounts, login } = await openAccounts(t, { databaseUrl });
  const first = await createFirstAccount(accounts, { username: 'admin', password: '' });
  if (!first.isFirst || !first.password) throw new Error('no password');
  t.match(first, { username: 'admin', password: /^[A-Za-z0-9_-]{24}$/ });
  t.match(await login('admin', first.password), { ok: true, caller: { rights: [...RIGHTS] } });
  t.same(await createFirstAccount(accounts, { username: 'admin', password: '' }), { isFirst: false });
  t.same(await createFirstAccount(accounts, { username: 'other', password: 'some other password' }), { isFirst: false });
  t.equal((await accounts.list()).length, 1);
});

testEach('a given password is used and not returned', async (t, databaseUrl) => {
  const { accounts, login } = await openAccounts(t, { databaseUrl });
  const password = 'Tr1face-0f-Liveness';
  t.same(await createFirstAccount(accounts, { username: 'root', password }), { isFirst: true, username: 'root' });
  t.ok((await login('root', password)).ok);
});

testEach('weak passwords and invalid names are refused, and nothing is created', async (t, databaseUrl) => {
  const { accounts } = await openAccounts(t, { databaseUrl });
  for (const password of ['admin', 'password', 'changeme', 'triface', 'CeoOfAll', 'Changeme123!', '11111111', 'short']) {
    const error = await createFirstAccount(accounts, { username: 'ceoofall', password }).catch((reason: Error) => reason);
    t.match(error, { name: 'AccountError', fault: 'bad-password' }, password);
    if (password !== 'short') t.match((error as Error).message, /TRIFACE_ADMIN_PASSWORD/);
  }
  await t.rejects(createFirstAccount(accounts, { username: 'a:b', password: '' }), {
    name: 'AccountError',
    fault: 'bad-username',
  });
  t.same(await accounts.list(), []);
});

testEach(
  'processes that start for the first time at once create one account, and one of them gets its password',
  async (t, databaseUrl) => {
    for (const name of ['admin', 'root'].slice(0, repetitions(1, 2))) {
      const where = {
        dataDir: join(t.testdir(), name),
        databaseUrl: databaseUrl === '' ? '' : await makeDatabase(t, { isEmpty: true }),
      };
      const starts = await runTogether<FirstStart>(4, 'firstStart', where, name);
      t.equal(starts.filter((start) => start.isFirst).length, 1, JSON.stringify(starts.map(Object.keys)));
      t.equal(starts.filter((start) => !start.isFirst).length, 3);
      const store = await openStore(where);
      t.equal((await store.db.selectFrom('accounts').selectAll().execute()).length, 1);
      t.equal((await store.db.selectFrom('companies').selectAll().execute()).length, 1);
      await store.close();
    }
  },
);
