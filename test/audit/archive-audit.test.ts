import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { archiveAudit } from '../../src/audit/archive-audit.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { sha256 } from '../../src/base/hash.js';
import { findInstallation } from '../../src/base/installation.js';
import { openStore } from '../../src/storage/store.js';
import { testEach } from '../storage/databases.js';
import { minutes, openArchiving } from './open-archiving.js';
import { event } from './open-log.js';

testEach('the oldest records are moved to a file, and both are verified as one chain', async (t, databaseUrl) => {
  const { db, directory, archive, firstStored, verifyWith, verify, head } = await openArchiving(t, databaseUrl, 6);
  t.equal(await archive('none.ndjson', minutes(1)), undefined, 'none is older than the first');
  t.same(readdirSync(directory), [], 'no file');
  const archived = await archive('one.ndjson', minutes(4));
  t.match(archived, { first: 1, last: 3, deleted: 3 });
  const path = join(directory, 'one.ndjson');
  t.equal(statSync(path).mode & 0o777, 0o600);
  const bytes = readFileSync(path);
  const [header, ...records] = bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(header, { triface: 'audit-archive', first: 1, last: 3, hashBefore: '', firstAt: '1970-01-01T00:01:00.000Z' });
  t.same(
    records.map(({ sequence }) => sequence),
    [1, 2, 3],
  );
  t.equal(await firstStored(), 4);
  const recorded = await db.selectFrom('auditEvents').selectAll().where('action', '=', 'audit.archive').executeTakeFirstOrThrow();
  t.match(JSON.parse(recorded.detail), { first: 1, last: 3, records: 3, sha256: sha256(bytes) });
  t.notMatch(recorded.detail, /one\.ndjson/, 'without the name of the file');

  t.match(await verify(), { ok: true, records: 4, first: 4, archivedTo: 3 });
  t.match(await verifyWith('one.ndjson'), { ok: true, records: 7, first: 1 });
  const [first] = records;
  t.match(await verify({ expectedHead: first.hash }), { ok: false, fault: /records up to 3 are in archives/ });
  t.match(await verify({ expectedHead: first.hash, archives: [path] }), { ok: true });
  t.match(await verify({ expectedHead: records[2].hash, isNewOnly: true }), { ok: true }, 'the head at which it was cut');
  t.match(await verify({ expectedHead: head, isNewOnly: true }), { ok: true });

  t.match(await archive('two.ndjson.gz', minutes(6)), { first: 4, last: 5 });
  t.match(gunzipSync(readFileSync(join(directory, 'two.ndjson.gz'))).toString(), /"first":4,"last":5/);
  t.match(await verifyWith('two.ndjson.gz', 'one.ndjson'), { ok: true, records: 8, first: 1 }, 'in any order');
  t.match(await verifyWith('two.ndjson.gz'), { ok: true, records: 5, first: 4 });
  t.match(await verifyWith('one.ndjson'), { ok: false, sequence: 4, fault: /records 4 to 5 are in none of the archives/ });
  await t.rejects(archive('one.ndjson'), { name: 'ArchiveError', message: /exists already/ });
  writeFileSync(join(directory, 'mine.txt'), 'notes\n');
  await t.rejects(archive('mine.txt'), { name: 'ArchiveError', message: /mine\.txt is not an archive/ });
  t.equal(readFileSync(join(directory, 'mine.txt'), 'utf8'), 'notes\n', 'it is as it was');
  await t.rejects(archive('no/such/folder'), { name: 'ArchiveError', message: /cannot be written/ });
});

testEach('all records can be archived, and the chain goes on', async (t, databaseUrl) => {
  const { archive, append, verify, verifyWith, firstStored } = await openArchiving(t, databaseUrl, 3);
  await verify();
  await archive('all.ndjson');
  t.equal(await firstStored(), 4, 'the record of the archive');
  t.match(await verify({ isNewOnly: true }), { ok: true, records: 1, first: 4 }, 'the mark was in the part that is gone');
  await append();
  t.match(await verifyWith('all.ndjson'), { ok: true, records: 5, first: 1 });
});

testEach('a broken chain is not archived', async (t, databaseUrl) => {
  const { db, directory, archive, firstStored, verify } = await openArchiving(t, databaseUrl, 6);
  const set = (actor: string) =>
    db
      .updateTable('auditEvents')
      .set({ actor } as never)
      .where('sequence', '=', 3)
      .execute();
  await set('b');
  await t.rejects(archive('one.ndjson', minutes(5)), { name: 'ChainBreak', sequence: 3 });
  t.same(readdirSync(directory), []);
  t.equal(await firstStored(), 1);
  await set('a');
  await db.deleteFrom('auditEvents').where('sequence', '=', 4).execute();
  await t.rejects(archive('one.ndjson', minutes(6)), { name: 'ChainBreak', sequence: 4 });
  t.same(readdirSync(directory), []);
  await db.deleteFrom('auditEvents').where('sequence', '<=', 3).execute();
  t.match(await verify(), { ok: false, sequence: 1 }, 'without a base, the chain begins at its first record');
  await db.insertInto('auditMarks').values({ name: 'base', sequence: 3, hash: 'f', setAt: 0, mac: 'f' }).execute();
  await t.rejects(verify(), { name: 'AuditMarkError' }, 'which cannot be moved without the key');
});

testEach('interrupted at any step, nothing is lost, and the same command goes on', async (t, databaseUrl) => {
  const records = 2500;
  for (const at of [0, 1, 2]) {
    const { archive, firstStored, verify, verifyWith, db } = await openArchiving(t, databaseUrl, records);
    let steps = 0;
    const stop = archive('one.ndjson.gz', minutes(2401), () => {
      if (steps++ === at) throw new Error('stopped');
    });
    await t.rejects(stop, { message: 'stopped' });
    t.equal(await firstStored(), at * 1000 + 1);
    t.match(await verify(), { ok: true, first: at * 1000 + 1 });
    t.match(await verifyWith('one.ndjson.gz'), { ok: true, first: 1 }, 'file and database overlap');
    if (at === 1) {
      // To another file: the two overlap.
      t.match(await archive('two.ndjson', minutes(2401)), { first: 1001, last: 2400 });
      t.match(await verifyWith('two.ndjson', 'one.ndjson.gz'), { ok: true, first: 1, records: records + 2 });
      t.match(await verifyWith('one.ndjson.gz'), { ok: true, first: 1 }, 'which holds all of the other');
    } else t.match(await archive('one.ndjson.gz'), { first: 1, last: 2400, deleted: 2400 - at * 1000 });
    t.equal(await firstStored(), 2401);
    t.match(await verifyWith('one.ndjson.gz'), { ok: true, first: 1 });
    const events = await db.selectFrom('auditEvents').select('detail').where('action', '=', 'audit.archive').execute();
    t.equal(events.length, at === 1 ? 2 : 1, 'a record for each file');
    await db.deleteFrom('auditMarks').execute();
    await db.deleteFrom('auditEvents').execute();
    await db.updateTable('auditHead').set({ sequence: 0, hash: '' }).execute();
  }
});

testEach('the command killed by kill -9 loses nothing', async (t, databaseUrl) => {
  const { archive, verify, verifyWith, db, dataDir, directory } = await openArchiving(t, databaseUrl, 12_000);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, DATABASE_URL: databaseUrl };
  const program = join(findInstallation(), 'dist/src/cli.js');
  const runUntil = async (file: string, isTime: () => Promise<boolean>) => {
    const words = ['audit', 'archive', '--before', '2020-01-01', '--to', join(directory, file)];
    const child = spawn(process.execPath, [program, ...words], { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (child.exitCode === null && !(await isTime())) await sleep(1);
    child.kill('SIGKILL');
    await ended;
  };
  await runUntil('one.ndjson', async () => readdirSync(directory).some((name) => name.startsWith('.unfinished-')));
  if (!existsSync(join(directory, 'one.ndjson'))) {
    t.match(await verify(), { ok: true, first: 1 }, 'while it wrote');
    t.equal(readdirSync(directory).length, 1, 'a part under another name');
  }
  await runUntil(
    'one.ndjson',
    async () => (await db.selectFrom('auditMarks').where('name', '=', 'base').select('sequence').execute()).length > 0,
  );
  t.match(await verifyWith('one.ndjson'), { ok: true, first: 1 }, 'while it deleted');
  const base = await db.selectFrom('auditMarks').select('sequence').where('name', '=', 'base').executeTakeFirstOrThrow();
  t.comment(`killed at ${base.sequence} of 12000`);
  if (base.sequence < 12_000) t.match(await archive('one.ndjson'), { first: 1, last: 12_000, deleted: 12_000 - base.sequence });
  t.match(await verifyWith('one.ndjson'), { ok: true, first: 1 });
});

testEach('others append, verify and archive at the same time', async (t, databaseUrl) => {
  const log = await openArchiving(t, databaseUrl, 3500);
  const { archive, audit, db, dataDir, verifyWith, verify, directory } = log;
  const workers = ['one', 'two'].map(
    (actor) =>
      new Worker(new URL('./workers/auditing-worker.js', import.meta.url), {
        workerData: { dataDir, databaseUrl, event: { ...event, actor } },
      }),
  );
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
  // The two write files first. Whoever deletes first wins, and the other has deleted nothing.
  const results = await Promise.allSettled([archive('one.ndjson', minutes(3001)), archive('two.ndjson', minutes(3001))]);
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  for (const result of results)
    if (result.status === 'rejected') t.match(result.reason, { message: /another command archives audit records/ });
  await ended;
  t.match(await verifyWith('one.ndjson', 'two.ndjson'), { ok: true, records: 3581, first: 1 });

  // A verification that has read the base before the records were archived.
  let isFirst = true;
  const other = await openStore({ databaseUrl, dataDir });
  t.teardown(() => other.close());
  const slow = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (isFirst && 'sequence' in (result.rows[0] ?? {})) {
        isFirst = false;
        await archiveAudit({ ...log, db: other.db }, { before: minutes(3301), file: join(directory, 'three.ndjson') });
      }
      return result;
    },
  });
  t.match(await verifyAudit(slow, audit), { ok: true, first: 3301 });
  t.notOk(isFirst);
  t.match(await verify(), { ok: true, first: 3301 });
});
