import { testEach } from '../storage/databases.js';
import { openLog } from './open-log.js';

testEach('a verification of the new records begins at the mark, and moves it', async (t, databaseUrl) => {
  const { append, head, verify } = await openLog(t, databaseUrl);
  await t.rejects(verify({ isNewOnly: true }), { message: /no verification has been completed yet/ });
  t.match(await verify(), { ok: true, records: 6, first: 1 });
  t.match(await verify({ isNewOnly: true }), { ok: true, records: 1, first: 6, head }, 'the marked record itself');
  for (let i = 0; i < 3; i++) await append();
  t.match(await verify({ isNewOnly: true }), { ok: true, records: 4, first: 6, since: Number });
  t.match(await verify({ isNewOnly: true }), { ok: true, records: 1, first: 9 }, 'it has moved');
});

testEach('it finds changes of the marked record and of later ones, and not those of earlier ones', async (t, databaseUrl) => {
  const { db, appendMany, verify } = await openLog(t, databaseUrl);
  await verify();
  await appendMany(3);
  const isNewOnly = true;
  const change = async (sequence: number, to: string) =>
    db
      .updateTable('auditEvents')
      .set({ actor: to } as never)
      .where('sequence', '=', sequence)
      .execute();
  for (const sequence of [6, 7, 9]) {
    await change(sequence, 'b');
    t.match(await verify({ isNewOnly }), { ok: false, sequence });
    await change(sequence, 'a');
  }
  // With a new hash, as somebody without the key could write it, of the record before the marked one.
  const fifth = await db.selectFrom('auditEvents').select('hash').where('sequence', '=', 5).executeTakeFirstOrThrow();
  const setHash = (hash: string) =>
    db
      .updateTable('auditEvents')
      .set({ hash } as never)
      .where('sequence', '=', 5)
      .execute();
  await setHash('0'.repeat(64));
  t.match(await verify({ isNewOnly }), { ok: false, sequence: 6 });
  await setHash(fifth.hash);
  await db.deleteFrom('auditEvents').where('sequence', '=', 7).execute();
  t.match(await verify({ isNewOnly }), { ok: false, sequence: 7, fault: 'a record is missing' });
  await db.deleteFrom('auditEvents').where('sequence', '>', 4).execute();
  const fourth = await db.selectFrom('auditEvents').select('hash').where('sequence', '=', 4).executeTakeFirstOrThrow();
  await db
    .updateTable('auditHead')
    .set({ sequence: 4, ...fourth })
    .execute();
  t.match(await verify({ isNewOnly }), { ok: false }, 'the chain ends before the mark');
});

testEach('an earlier record may be changed unseen until the whole chain is verified', async (t, databaseUrl) => {
  const { db, verify } = await openLog(t, databaseUrl);
  await verify();
  await db
    .updateTable('auditEvents')
    .set({ actor: 'b' } as never)
    .where('sequence', '=', 3)
    .execute();
  t.match(await verify({ isNewOnly: true }), { ok: true, first: 6 });
  t.match(await verify(), { ok: false, sequence: 3 });
});

testEach('the mark cannot be set or moved without the key', async (t, databaseUrl) => {
  const { db, verify, appendMany } = await openLog(t, databaseUrl);
  await verify();
  await appendMany(2);
  const eighth = await db
    .selectFrom('auditEvents')
    .select(['sequence', 'hash'])
    .where('sequence', '=', 8)
    .executeTakeFirstOrThrow();
  const stored = await db.selectFrom('auditMarks').selectAll().executeTakeFirstOrThrow();
  for (const forged of [eighth, { setAt: stored.setAt + 1 }, { mac: eighth.hash }]) {
    await db.updateTable('auditMarks').set(forged).execute();
    await t.rejects(verify({ isNewOnly: true }), { name: 'AuditMarkError', message: /was not set with the key/ });
    const { name: _, ...row } = stored;
    await db.updateTable('auditMarks').set(row).execute();
    t.match(await verify({ isNewOnly: true }), { ok: true, first: 6 });
    await db.updateTable('auditMarks').set(row).execute();
  }
  await db.updateTable('auditMarks').set({ mac: eighth.hash }).execute();
  t.match(await verify(), { ok: true, records: 8, hadForgedMark: true }, 'the whole chain is verified without it');
  t.match(await verify({ isNewOnly: true }), { ok: true, first: 8 }, 'and it is replaced');
  await db
    .updateTable('auditMarks')
    .set({ name: 'base' } as never)
    .execute();
  await t.rejects(verify(), { message: /mark "base".+was not set with the key/ }, 'a mark of the other kind');
});

testEach('the expected head is found wherever it is in the chain', async (t, databaseUrl) => {
  const { db, verify, appendMany, head } = await openLog(t, databaseUrl);
  const hashes = (await db.selectFrom('auditEvents').select('hash').orderBy('sequence').execute()).map(({ hash }) => hash);
  await verify();
  await appendMany(3);
  const mark = await db.selectFrom('auditMarks').selectAll().executeTakeFirstOrThrow();
  const { name: _, ...row } = mark;
  const again = async (expectedHead: string) => {
    await db.updateTable('auditMarks').set(row).execute();
    return verify({ isNewOnly: true, expectedHead });
  };
  t.match(await again(head), { ok: true, first: 6 }, 'at the mark');
  const last = await db.selectFrom('auditEvents').select('hash').where('sequence', '=', 8).executeTakeFirstOrThrow();
  t.match(await again(last.hash), { ok: true, first: 6 }, 'after it');
  t.match(await again(hashes[2]!), { ok: true, first: 3 }, 'before it: the records from there on are looked at as well');
  t.match(await again('e'.repeat(64)), { ok: false, fault: 'the expected head is not in the chain' });
  await db
    .updateTable('auditEvents')
    .set({ hash: 'e'.repeat(64) } as never)
    .where('sequence', '=', 2)
    .execute();
  t.match(await again('e'.repeat(64)), { ok: false, sequence: 2 }, 'a record that was given the expected hash');
});
