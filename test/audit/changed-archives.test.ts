import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { testEach } from '../storage/databases.js';
import { minutes, openArchiving } from './open-archiving.js';

testEach('after the restore of an older backup, archive and database are compared', async (t, databaseUrl) => {
  const { archive, verifyWith, db, firstStored } = await openArchiving(t, databaseUrl, 6);
  const rows = await db.selectFrom('auditEvents').selectAll().orderBy('sequence').execute();
  await archive('one.ndjson', minutes(4));
  const restore = async (count: number) => {
    await db.deleteFrom('auditMarks').execute();
    await db.deleteFrom('auditEvents').execute();
    await db.insertInto('auditEvents').values(rows.slice(0, count)).execute();
    const { sequence, hash } = rows[count - 1]!;
    await db.updateTable('auditHead').set({ sequence, hash }).execute();
  };
  await restore(2);
  t.match(await verifyWith('one.ndjson'), { ok: false, sequence: 3, fault: /the archives go up to record 3/ });
  await t.rejects(archive('one.ndjson', minutes(4)), {
    name: 'ArchiveError',
    message: /record 3 in the database is not the one in/,
  });
  t.equal(await firstStored(), 1);
  await restore(6);
  t.match(await verifyWith('one.ndjson'), { ok: true, records: 6, first: 1 });
  t.match(await archive('one.ndjson', minutes(4)), { first: 1, last: 3, deleted: 3 });
  t.equal(await firstStored(), 4);
  t.match(await verifyWith('one.ndjson'), { ok: true, records: 7, first: 1 });
});

testEach('what was changed in an archive is found', async (t, databaseUrl) => {
  const { archive, directory, verifyWith, db } = await openArchiving(t, databaseUrl, 9);
  await archive('one.ndjson', minutes(5));
  await archive('two.ndjson', minutes(8));
  const path = join(directory, 'one.ndjson');
  const text = readFileSync(path, 'utf8');
  const [header = '', ...lines] = text.trim().split('\n');
  const check = async (name: string, content: string | Buffer, expected: object | RegExp) => {
    writeFileSync(path, content);
    const result = verifyWith('one.ndjson', 'two.ndjson');
    await (expected instanceof RegExp
      ? t.rejects(result, { name: 'ArchiveError', message: expected }, name)
      : t.match(await result, expected, name));
  };
  const joined = (...all: string[]) => `${all.join('\n')}\n`;
  await check('a record', text.replace('"actor":"a"', '"actor":"b"'), { ok: false, sequence: 1, fault: /in .+one\.ndjson/ });
  await check('order', joined(header, lines[1]!, lines[0]!, lines[2]!, lines[3]!), { ok: false, sequence: 1 });
  await check('a record less', joined(header, lines[0]!, ...lines.slice(2)), { ok: false, sequence: 2 });
  await check('the last record less', joined(header, ...lines.slice(0, -1)), { ok: false, sequence: 4, fault: /at the end/ });
  await check('a record more', joined(header, ...lines, lines[0]!), { ok: false, sequence: 5 });
  await check('the header', text.replace('"last":4', '"last":3'), /was not written with the key/);
  await check('no header', joined(...lines), /is not an archive of audit records/);
  await check('cut off', text.slice(0, -10), /is cut off/);
  await check('no JSON', joined(header, 'x'), /is not an archive of Triface, or is damaged/);
  await check('empty', '', /is empty/);
  await check('compressed by other means', gzipSync(text), { ok: true, first: 1 });
  await check('compressed and cut off', gzipSync(text).subarray(0, -20), /is damaged/);
  await check('as it was', text, { ok: true, first: 1 });
  // The base of the database is vouched for: files of another branch of the log do not fit.
  const { sequence, hash } = await db
    .selectFrom('auditEvents')
    .select(['sequence', 'hash'])
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirstOrThrow();
  await db
    .updateTable('auditEvents')
    .set({ hash: hash.replace(/./, 'x') } as never)
    .where('sequence', '=', sequence)
    .execute();
  t.match(await verifyWith('one.ndjson', 'two.ndjson'), { ok: false, sequence: 8 });
});
