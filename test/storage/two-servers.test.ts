import { sql } from 'kysely';
import type { Test } from 'tap';
import { Accounts } from '../../src/identity/accounts.js';
import { createFirstAccount } from '../../src/identity/first-start.js';
import { OutsideAccounts } from '../../src/identity/openid/outside-accounts.js';
import { StoredEntities } from '../../src/identity/openid/stored-entities.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { correctScan } from '../../src/scans/correct-scan.js';
import { deleteScansBefore, eraseScansByReference } from '../../src/scans/delete-scans.js';
import { findLatest, listScans } from '../../src/scans/list-scans.js';
import { findOwner } from '../../src/scans/scan-counts.js';
import { addScan } from '../../src/scans/scans.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { addScans, dmsScan } from '../contracts/dms/scan-server.js';
import { unrecorded } from '../identity/unrecorded.js';
import { testPostgres } from './databases.js';

const password = 'a password for tests';

async function openTwo(t: Test, databaseUrl: string) {
  const servers = await Promise.all(
    [1, 2].map(async () => {
      const store = await openStore({ databaseUrl, dataDir: '' });
      t.teardown(() => store.close());
      const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
      return { store, accounts, outside: new OutsideAccounts({ store, accounts, recorderOf: () => unrecorded }) };
    }),
  );
  return servers as [(typeof servers)[number], (typeof servers)[number]];
}

/** All access the database at the same moment. */
class HastyHasher extends PasswordHasher {
  override hash(): Promise<string> {
    return Promise.resolve('none');
  }
}

const repeat = <T>(times: number, task: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => task(index)));
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!;

testPostgres('two servers with different names for the first account create one', async (t, databaseUrl) => {
  const servers = await openTwo(t, databaseUrl);
  // the company exists already, so its unique name decides nothing
  await servers[0].store.db.insertInto('companies').values({ id: 'c', name: 'default', createdAt: 1 }).execute();
  const accounts = servers.map(({ store }) => new Accounts({ store, hasher: new HastyHasher(), changes: unrecorded }));
  const made = await repeat(6, (index) => createFirstAccount(accounts[index % 2]!, { username: `admin-${index}`, password: '' }));
  t.equal(made.filter(({ isFirst }) => isFirst).length, 1);
  t.equal((await servers[0].accounts.list()).length, 1);
  t.equal((await servers[0].store.db.selectFrom('companies').selectAll().execute()).length, 1);
});

testPostgres(
  'a company is created once, by whichever server names it first; a username is taken once',
  async (t, databaseUrl) => {
    const servers = await openTwo(t, databaseUrl);
    const made = await repeat(8, (index) =>
      servers[index % 2]!.accounts.create({ username: `user-${index}`, password, company: 'Acme' }),
    );
    t.equal(new Set(made.map(({ companyId }) => companyId)).size, 1);
    await Promise.all(
      made.map(({ accountId }, index) => servers[index % 2]!.accounts.moveToCompany(accountId, `New ${index % 3}`)),
    );
    t.equal((await servers[0].store.db.selectFrom('companies').selectAll().execute()).length, 4);
    const taken = await Promise.allSettled(
      ['Bo', 'bo', 'BO', 'bO'].map((username, index) => servers[index % 2]!.accounts.create({ username, password })),
    );
    t.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of taken) if (outcome.status === 'rejected') t.match(outcome.reason, { fault: 'username-taken' });
  },
);

testPostgres('an outside user seen first by two servers at once is one account', async (t, databaseUrl) => {
  const servers = await openTwo(t, databaseUrl);
  const found = await repeat(8, (index) =>
    servers[index % 2]!.outside.find({ issuer: 'https://idp.example', subject: 'ana', company: 'Acme', route: 'GET /' }),
  );
  t.equal(new Set(found.map((caller) => caller?.accountId)).size, 1);
  t.type(found[0]?.accountId, 'string');
  t.equal((await servers[0].accounts.list()).length, 1);
});

testPostgres('single-use values are used once', async (t, databaseUrl) => {
  const [one, two] = await openTwo(t, databaseUrl);
  const codes = [one, two].map(({ store }) => new StoredEntities(store.db, 'AuthorizationCode', store.now));
  for (let round = 0; round < 5; round++) {
    await codes[0]!.upsert(`code ${round}`, { jti: 'c', grantId: 'g' }, 60);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => codes[index % 2]!.consume(`code ${round}`)),
    );
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  }
  await repeat(8, (index) => codes[index % 2]!.upsert('same', { jti: 'same', grantId: `${index}` }, 60));
  t.ok(await codes[0]!.find('same'));
});

testPostgres(
  'of corrections with the same If-Match exactly one succeeds; without If-Match none is lost',
  async (t, databaseUrl) => {
    const [one, two] = await openTwo(t, databaseUrl);
    const { companyId, accountId } = await one.accounts.create({ username: 'ana', password });
    const [id] = await addScans(one.store, [dmsScan({ companyId, accountId })]);
    const correct = (index: number, accepts?: (revision: number) => boolean) =>
      correctScan([one, two][index % 2]!.store, {
        ...{ companyId, accountId, id: id!, changes: { result: `r${index}`, quality: `q${index}` } },
        ...(accepts && { accepts }),
      });
    const outcomes = await repeat(16, (index) => correct(index, (revision) => revision === 1));
    t.equal(outcomes.filter(({ ok }) => ok).length, 1);
    for (const outcome of outcomes) if (!outcome.ok) t.equal(outcome.reason, 'stale');
    const all = await repeat(30, (index) => correct(index));
    const revisions = all.map((outcome) => (outcome.ok ? outcome.scan.revision : 0)).sort((a, b) => a - b);
    t.same(
      revisions,
      Array.from({ length: 30 }, (_, index) => index + 3),
    );
    for (const outcome of all)
      if (outcome.ok) t.equal(outcome.scan.summary?.quality, `q${outcome.scan.summary?.result.slice(1)}`, 'each whole');
  },
);

/** Stored counts of one owner that differ from the actual ones, and rows without scans. */
async function findWrongCounts({ db }: Store): Promise<unknown[]> {
  const { rows } = await sql`
    with really as (
      select owner, result, coalesce(channel, '') as channel, count(*) as count from scan_summaries group by 1, 2, 3
    )
    select * from scan_counts full join really using (owner, result, channel)
    where scan_counts.count is distinct from really.count`.execute(db);
  return rows;
}

testPostgres(
  'counts are right after two servers add, correct, delete and erase the same scans at once',
  async (t, databaseUrl) => {
    const [one, two] = await openTwo(t, databaseUrl);
    const results = ['Real', 'Spoof', 'No face'];
    const ana = await one.accounts.create({ username: 'ana', password, company: 'One' });
    const bob = await one.accounts.create({ username: 'bob', password, company: 'Two' });
    const ids = await addScans(
      one.store,
      Array.from({ length: 400 }, (_, index) =>
        dmsScan(index % 4 ? ana : bob, { result: pick(results), reference: `r${index % 9}` }),
      ),
      (index) => index,
    );
    const deleted: number[] = [];
    await repeat(8, async (index) => {
      const { store } = [one, two][index % 2]!;
      for (let round = 0; round < 15; round++) {
        const who = round % 3 ? ana : bob;
        await addScan(store, dmsScan(who, { result: pick(results), channel: pick(['WEB', null]) }));
        for (const owner of [ana, bob])
          await correctScan(store, {
            ...{ ...owner, id: pick(ids), changes: { result: pick(results), channel: pick(['WEB', 'MOBILE', null]) } },
          });
        if (round % 5 === 0) deleted.push(await deleteScansBefore(store, who.accountId, 30 + round * 15));
        if (round % 7 === 0) await eraseScansByReference(store, ana.companyId, `r${round % 9}`);
      }
    });
    t.same(await findWrongCounts(one.store), []);
    const listed = await listScans(two.store, { companyId: ana.companyId, filter: {}, sort: [], offset: 0, limit: 200 });
    t.ok(listed.total > 50);
    t.ok(
      deleted.reduce((sum, count) => sum + count, 0) <= 400,
      'what two servers delete at once is reported by one of them only',
    );
  },
);

testPostgres('below a number that was read no scan appears later: pages and exports are stable', async (t, databaseUrl) => {
  const [one, two] = await openTwo(t, databaseUrl);
  const ana = await one.accounts.create({ username: 'ana', password, company: 'One' });
  const bob = await one.accounts.create({ username: 'bob', password, company: 'Two' });
  await addScans(one.store, [dmsScan(ana), dmsScan(bob)]);
  const owner = (await findOwner(one.store.db, ana.companyId))!;
  let isDone = false;
  const adding = repeat(12, async (index) => {
    for (let round = 0; round < 40; round++) await addScan([one, two][index % 2]!.store, dmsScan(index % 4 ? ana : bob));
  }).finally(() => {
    isDone = true;
  });
  const seen: { upTo: number; numbers: number[] }[] = [];
  const read = async (upTo: number) => {
    const rows = one.store.db.selectFrom('scanSummaries').select('number').where('owner', '=', owner).where('number', '<=', upTo);
    return (await rows.orderBy('number').execute()).map(({ number }) => number);
  };
  while (!isDone) {
    const upTo = await findLatest(two.store.db, owner);
    seen.push({ upTo, numbers: await read(upTo) });
  }
  await adding;
  t.ok(seen.length > 20, `${seen.length} looks`);
  let late = 0;
  for (const { upTo, numbers } of seen) late += (await read(upTo)).length - numbers.length;
  t.equal(late, 0);
  t.same(await findWrongCounts(one.store), []);
});
