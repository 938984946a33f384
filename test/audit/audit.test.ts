import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openAuditTools } from '../../src/audit/audit-keys.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { temporaryDirectory } from '../helper.js';
import { repetitions } from '../repetitions.js';
import { testEach } from '../storage/databases.js';
import { event, openLog } from './open-log.js';

testEach('a chain verifies, can be continued, and contains its earlier heads', async (t, databaseUrl) => {
  const { db, audit, append, head } = await openLog(t, databaseUrl);
  t.match(await verifyAudit(db, audit, { expectedHead: head }), { ok: true, records: 6, head });
  await append();
  t.match(await verifyAudit(db, audit, { expectedHead: head }), { ok: true, records: 7 });
  t.match(await verifyAudit(db, audit, { expectedHead: 'f'.repeat(64) }), {
    ok: false,
    fault: 'the expected head is not in the chain',
  });
  t.match(await verifyAudit(db, audit, { expectedHead: '' }), { ok: true });
});

const records = repetitions(1010, 2000);
testEach('an empty chain is valid, and so is one longer than a batch', async (t, databaseUrl) => {
  const { db, audit } = await openLog(t, databaseUrl, 0);
  t.same(await verifyAudit(db, audit), { ok: true, records: 0, first: 1, head: '', archivedTo: 0 });
  await db.transaction().execute(async (db) => {
    for (let i = 0; i < records; i++) await audit.append(db, event);
  });
  t.match(await verifyAudit(db, audit), { ok: true, records });
  await db.deleteFrom('auditEvents').where('sequence', '=', 1000).execute();
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 1000 }, 'at the border of two batches');
});

testEach('an action that fails leaves no record and no gap', async (t, databaseUrl) => {
  const { db, audit, append } = await openLog(t, databaseUrl);
  const failed = db.transaction().execute(async (db) => {
    await audit.append(db, event);
    throw new Error('no');
  });
  await t.rejects(failed);
  await append();
  t.match(await verifyAudit(db, audit), { ok: true, records: 7 });
});

testEach('a valid record of another branch of the same log is found', async (t, databaseUrl) => {
  const { db, audit, append, head } = await openLog(t, databaseUrl);
  const seventh = () => db.selectFrom('auditEvents').selectAll().where('sequence', '=', 7).executeTakeFirstOrThrow();
  await append({ action: 'person.erase' });
  const other = await seventh();
  // as if a backup had been restored and the log gone on from there
  await db.deleteFrom('auditEvents').where('sequence', '=', 7).execute();
  await db.updateTable('auditHead').set({ sequence: 6, hash: head }).execute();
  await append({ action: 'person.update' });
  const own = await seventh();
  await append();
  t.match(await verifyAudit(db, audit), { ok: true, records: 8 });
  const replaceSeventh = async (row: typeof own) => {
    await db.deleteFrom('auditEvents').where('sequence', '=', 7).execute();
    await db.insertInto('auditEvents').values(row).execute();
  };
  await replaceSeventh(other);
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 8 }, 'the next record does not follow it');
  await replaceSeventh({ ...other, hash: own.hash });
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 7 });
});

const changes = {
  actor: 'b',
  action: 'person.erase',
  companyId: null,
  subject: 'other',
  detail: '{"matches":false}',
  happenedAt: 1,
};
testEach('a changed column is found', async (t, databaseUrl) => {
  const { db, audit } = await openLog(t, databaseUrl);
  for (const [column, value] of Object.entries(changes))
    for (const sequence of [1, 3, 6]) {
      const row = await db.selectFrom('auditEvents').selectAll().where('sequence', '=', sequence).executeTakeFirstOrThrow();
      await db
        .updateTable('auditEvents')
        .set({ [column]: value })
        .where('sequence', '=', sequence)
        .execute();
      t.match(await verifyAudit(db, audit), { ok: false, sequence }, `${column} of record ${sequence}`);
      await db.deleteFrom('auditEvents').where('sequence', '=', sequence).execute();
      await db.insertInto('auditEvents').values(row).execute();
      t.match(await verifyAudit(db, audit), { ok: true });
    }
});

testEach('removed, reordered, renumbered, added and cut-off records are found', async (t, databaseUrl) => {
  const { db, audit, head } = await openLog(t, databaseUrl);
  const rows = await db.selectFrom('auditEvents').selectAll().orderBy('sequence').execute();
  const restore = async () => {
    await db.deleteFrom('auditEvents').execute();
    for (const row of rows) await db.insertInto('auditEvents').values(row).execute();
    await db.updateTable('auditHead').set({ sequence: 6, hash: head }).execute();
    await db.deleteFrom('auditMarks').execute();
    t.match(await verifyAudit(db, audit), { ok: true });
  };
  for (const { sequence } of rows) {
    await db.deleteFrom('auditEvents').where('sequence', '=', sequence).execute();
    t.match(await verifyAudit(db, audit), { ok: false, sequence }, `removed ${sequence}`);
    // and the gap closed
    await db.deleteFrom('auditEvents').execute();
    const others = rows.filter((row) => row.sequence !== sequence).map((row, i) => ({ ...row, sequence: i + 1 }));
    for (const row of others) await db.insertInto('auditEvents').values(row).execute();
    await db
      .updateTable('auditHead')
      .set({ sequence: 5, hash: others.at(-1)!.hash })
      .execute();
    if (sequence < 6) t.match(await verifyAudit(db, audit), { ok: false }, `removed ${sequence} and renumbered`);
    await restore();
  }
  const [second, third] = [rows[1]!, rows[2]!];
  await db.deleteFrom('auditEvents').where('sequence', 'in', [2, 3]).execute();
  await db
    .insertInto('auditEvents')
    .values({ ...third, sequence: 2 })
    .execute();
  await db
    .insertInto('auditEvents')
    .values({ ...second, sequence: 3 })
    .execute();
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 2 }, 'reordered');
  await restore();
  await db
    .insertInto('auditEvents')
    .values({ ...rows[5]!, sequence: 7 })
    .execute();
  await db.updateTable('auditHead').set({ sequence: 7, hash: rows[5]!.hash }).execute();
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 7 }, 'a record without the key');
  await restore();
  await db.deleteFrom('auditEvents').where('sequence', '>', 4).execute();
  t.match(await verifyAudit(db, audit), { ok: false, sequence: 5 }, 'cut off');
  await db.updateTable('auditHead').set({ sequence: 4, hash: rows[3]!.hash }).execute();
  t.match(
    await verifyAudit(db, audit),
    { ok: false, sequence: 5, fault: /the verification of \d{4}-.+ went up to record 6/ },
    'with its end moved it shows by the mark of the last verification',
  );
  await db.deleteFrom('auditMarks').execute();
  t.match(await verifyAudit(db, audit), { ok: true }, 'with the mark removed it does not show …');
  t.match(await verifyAudit(db, audit, { expectedHead: head }), { ok: false }, '… but by the head that was kept elsewhere');
  await restore();
  await db.deleteFrom('auditEvents').execute();
  await db.updateTable('auditHead').set({ sequence: 0, hash: '' }).execute();
  t.match(await verifyAudit(db, audit, { expectedHead: head }), { ok: false }, 'emptied');
});

testEach('a chain that verifies cannot be created without the key', async (t, databaseUrl) => {
  const { db, store, head } = await openLog(t, databaseUrl);
  const other = await openAuditTools({ dataDir: join(temporaryDirectory(t), 'other'), warn: () => {}, now: Date.now });
  t.match(await verifyAudit(store.db, other.audit), { ok: false, sequence: 1 });
  await db.deleteFrom('auditEvents').execute();
  await db.updateTable('auditHead').set({ sequence: 0, hash: '' }).execute();
  for (let i = 0; i < 6; i++) await db.transaction().execute((db) => other.audit.append(db, { ...event, subject: `s${i}` }));
  t.match(await verifyAudit(db, other.audit), { ok: true });
  const forged = await verifyAudit(db, other.audit);
  t.not(forged.ok && forged.head, head);
});

testEach('threads with a store each append at the same time', async (t, databaseUrl) => {
  const { dataDir, store, audit } = await openLog(t, databaseUrl, 0);
  const workers = ['one', 'two', 'three'].map(
    (actor) =>
      new Worker(new URL('./workers/auditing-worker.js', import.meta.url), {
        workerData: { dataDir, databaseUrl, event: { ...event, actor } },
      }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  t.match(await verifyAudit(store.db, audit), { ok: true, records: 120 });
  const actors = await store.db.selectFrom('auditEvents').select('actor').orderBy('sequence').execute();
  const turns = actors.filter(({ actor }, i) => actor !== actors[i - 1]?.actor).length;
  t.ok(turns > 3, `they took ${turns} turns`);
});
