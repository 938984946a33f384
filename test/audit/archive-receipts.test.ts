import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveReceipts, type ReceiptArchiveOptions } from '../../src/audit/archive-receipts.js';
import { openAuditTools } from '../../src/audit/audit-keys.js';
import { readReceiptArchive } from '../../src/audit/receipt-archive.js';
import { readStoredReceipts, type StoredReceipt } from '../../src/audit/stored-receipts.js';
import { sha256 } from '../../src/base/hash.js';
import { temporaryDirectory } from '../helper.js';
import { testEach } from '../storage/databases.js';
import { openLog } from './open-log.js';

const listOf = async (stored: AsyncIterable<StoredReceipt>): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of stored) ids.push(id);
  return ids;
};

/** Receipts that were created at 1, 2, 3 … ms, and a function that archives the oldest. */
async function openReceipts(...[t, databaseUrl, count]: Parameters<typeof openLog>) {
  const log = await openLog(t, databaseUrl, 1);
  const rows = Array.from({ length: count! }, (_, i) => ({
    ...{ id: randomUUID(), companyId: 'c', receipt: `not signed ${i}`, createdAt: i + 1 },
  }));
  for (let i = 0; i < rows.length; i += 500)
    await log.db
      .insertInto('erasureReceipts')
      .values(rows.slice(i, i + 500))
      .execute();
  const directory = temporaryDirectory(t);
  const archive = (file: string, before: number, onStep?: ReceiptArchiveOptions['onStep']) =>
    archiveReceipts(log, { before, file: join(directory, file), ...(onStep && { onStep }) });
  const ids = rows.map(({ id }) => id);
  const stored = async () => (await listOf(readStoredReceipts(log.db))).sort();
  const inFile = async (file: string) => (await listOf(readReceiptArchive(join(directory, file), log.audit))).sort();
  const events = async () =>
    (await log.db.selectFrom('auditEvents').select('detail').where('action', '=', 'receipt.archive').execute()).map(
      ({ detail }) => JSON.parse(detail),
    );
  return { ...log, directory, archive, ids, stored, inFile, events };
}

testEach('old receipts are moved to a file', async (t, databaseUrl) => {
  const { archive, ids, stored, inFile, events, directory } = await openReceipts(t, databaseUrl, 6);
  t.equal(await archive('none', 1), undefined);
  t.same(readdirSync(directory), []);
  t.match(await archive('one.ndjson', 5), { receipts: 4, deleted: 4 });
  t.same(await stored(), ids.slice(4).sort());
  t.same(await inFile('one.ndjson'), ids.slice(0, 4).sort());
  const path = join(directory, 'one.ndjson');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.match(await events(), [{ receipts: 4, sha256: sha256(readFileSync(path)) }]);
  t.match(
    await archive('one.ndjson', 100),
    { receipts: 4, deleted: 0 },
    'a file that exists is not written, and there is nothing more to delete',
  );
  t.same(await stored(), ids.slice(4).sort());
  t.match(await archive('two.gz', 100), { receipts: 2 });
  t.same(await inFile('two.gz'), ids.slice(4).sort());
  t.same(await stored(), []);
  t.equal((await events()).length, 2);
});

testEach('interrupted at any step, no receipt is lost, and the same command goes on', async (t, databaseUrl) => {
  for (const at of [0, 1, 2]) {
    const { archive, ids, stored, inFile, db } = await openReceipts(t, databaseUrl, 1200);
    let steps = 0;
    const stop = archive('one.ndjson', 1101, () => {
      if (steps++ === at) throw new Error('stopped');
    });
    await t.rejects(stop, { message: 'stopped' });
    t.equal((await stored()).length, 1200 - at * 500);
    t.same([...new Set([...(await stored()), ...(await inFile('one.ndjson'))])].sort(), [...ids].sort());
    t.match(await archive('one.ndjson', 1101), { receipts: 1100, deleted: 1100 - at * 500 });
    t.same(await stored(), ids.slice(1100).sort());
    await db.deleteFrom('erasureReceipts').execute();
  }
});

testEach('a file that is not whole deletes nothing', async (t, databaseUrl) => {
  const { archive, stored, directory, inFile } = await openReceipts(t, databaseUrl, 6);
  await archive('one.ndjson', 4);
  const path = join(directory, 'one.ndjson');
  const text = readFileSync(path, 'utf8');
  const [header = '', first = '', ...others] = text.trimEnd().split('\n');
  const { audit: other } = await openAuditTools({ dataDir: temporaryDirectory(t), warn: () => {}, now: Date.now });
  await t.rejects(listOf(readReceiptArchive(path, other)), { message: /of another installation/ });
  const changed: [string, string, RegExp][] = [
    ['a receipt less', [header, ...others, ''].join('\n'), /is not whole/],
    ['a receipt changed', text.replace('not signed 0', 'not signed 7'), /is not whole/],
    ['no end', `${[header, first, ...others.slice(0, -1)].join('\n')}\n`, /is not whole/],
    ['more after the end', `${text}${first}\n`, /is not whole/],
    ['cut off', text.slice(0, -5), /is cut off/],
    ['another kind', '{"triface":"audit-archive"}\n', /is not an archive of receipts/],
    ['empty', '', /is not whole/],
  ];
  for (const [name, content, message] of changed) {
    writeFileSync(path, content);
    await t.rejects(archive('one.ndjson', 100), { name: 'ArchiveError', message }, name);
  }
  t.equal((await stored()).length, 3);
  writeFileSync(path, text);
  t.equal((await inFile('one.ndjson')).length, 3);
});
