import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openPostgres, openSqlite } from '../../bench/growth/database.js';
import { expiring } from '../../bench/growth/expired-rows.js';
import { accountName, fillAccounts, fillAudit, fillOpenId } from '../../bench/growth/fill-accounts.js';
import { fillPersons } from '../../bench/growth/fill-persons.js';
import { fillScans } from '../../bench/growth/fill-scans.js';
import { credentials, masterKeyText } from '../../bench/growth/installation.js';
import { rareResult } from '../../bench/growth/make-scan.js';
import { measureGrowth } from '../../bench/growth/measure-growth.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { findInstallation } from '../../src/base/installation.js';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { openTemplates } from '../../src/gallery/enrolments.js';
import { Accounts } from '../../src/identity/accounts.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { makeSecret, parseSecret } from '../../src/keys/secret.js';
import { openStore } from '../../src/storage/store.js';
import { unrecorded } from '../identity/unrecorded.js';
import { testEach } from '../storage/databases.js';

testEach('what the bench of growth inserts is what a server stores', async (t, databaseUrl) => {
  const dataDir = t.testdir();
  const store = await openStore({ databaseUrl, dataDir });
  t.teardown(() => store.close());
  const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
  const owner = await accounts.create({ ...credentials, company: 'Bench' });
  const database = databaseUrl === '' ? openSqlite(join(dataDir, 'triface.db')) : await openPostgres(databaseUrl);
  t.teardown(() => database.close());
  const count = async (from: string) => Number((await database.query(`select count(*) as count from ${from}`))[0]!.count);
  const indexes = () => count(databaseUrl === '' ? "sqlite_master where type = 'index'" : 'pg_indexes');

  const before = await indexes();
  await fillScans(database, owner, 50);
  t.equal(await indexes(), before, 'the indexes are there again');
  t.equal(await count('scans'), 50);
  t.equal(await count('scan_summaries'), 50);
  t.equal(Number((await database.query('select sum(count) as count from scan_counts'))[0]!.count), 50);
  t.equal(await count(`scan_summaries where result = '${rareResult}'`), 3);

  await fillPersons(database, owner, { count: 5, model: 'model' });
  const masterKeys = parseMasterKeys(masterKeyText);
  const unused = async () => {
    throw new Error('not needed');
  };
  const parts = {
    recognitionModel: 'model',
    masterKeys: { read: () => masterKeys, stage: unused, promote: unused, drop: unused },
  };
  const person = await store.db
    .selectFrom('persons')
    .select(['number', 'id'])
    .where('citizenId', '=', 'cit-5')
    .executeTakeFirst();
  const [template] = await openTemplates(store.db, parts, person!);
  t.equal(template?.length, 512, 'a template can be opened');

  mkdirSync(join(dataDir, 'keys'), { recursive: true });
  const secret = makeSecret(32);
  writeFileSync(join(dataDir, 'keys', 'audit-secret'), secret);
  await fillAudit(database, owner, 7, dataDir);
  const verified = await verifyAudit(store.db, new AuditLog(parseSecret(secret, 32), Date.now));
  t.match(verified, { ok: true, records: 7 }, 'the audit log verifies');

  await fillOpenId(database, 3, Date.now() + 60_000);
  await fillAccounts(database, owner, 2);
  t.equal((await accounts.find(accountName(2)))?.company, 'Bench');
  await database.query('delete from accounts where username like ?', 'account-%');

  for (const { name, prepare, left } of expiring) {
    await prepare(database, owner, 50);
    if (left) t.ok((await left(database)) > 0, `${name}: something is left to be deleted`);
  }
  await database.settle();
});

test('a run of the bench', async (t) => {
  const options = {
    ...{ sizes: [50], databases: ['sqlite'] as const, against: undefined, only: ['scans'] as const, rounds: 1, env: {} },
    ...{ json: undefined, chart: undefined, from: [] },
  };
  const lines: string[] = [];
  const parts: number[] = [];
  const { figures } = await measureGrowth(options, {
    ...{ root: findInstallation(), nameOf: () => 'this', onProgress: (line: string) => lines.push(line) },
    onPart: (run) => parts.push(run.figures.length),
    onFailure: (_part, error) => {
      throw error;
    },
  });
  const operations = figures.map(({ operation }) => operation);
  for (const operation of ['start to ready', 'get one', 'PUT one', 'filter date + result', 'export CSV'])
    t.ok(operations.includes(operation), operation);
  t.equal(new Set(operations).size, operations.length, 'each operation once');
  t.ok(figures.every(({ p50, version, size }) => p50 > 0 && version === 'after' && size === 50));
  t.ok(lines.length > figures.length, 'a line for each figure');
  t.same(parts, [figures.length], 'the figures of each part');
  const failures: unknown[] = [];
  const failed = await measureGrowth(
    { ...options, only: ['pictures'], against: t.testdir() },
    {
      ...{ root: findInstallation(), nameOf: () => 'this', onProgress: () => {} },
      onFailure: (part, error) => failures.push([part, (error as Error).message]),
    },
  );
  t.match(failures, [['pictures, sqlite, 0 rows', /the server ended/]], 'a part that fails, here without a checkout');
  t.same(failed.figures, []);
});
