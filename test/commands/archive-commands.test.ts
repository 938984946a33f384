import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRecognizer } from '../contracts/apptenticate/recognizer.js';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { testEach } from '../storage/databases.js';
import { runCommand } from './run-command.js';

testEach('a person who is back is found by an archived receipt', async (t, databaseUrl) => {
  const { server, store, create, send } = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const { db } = store;
  const run = (...words: string[]) => runCommand(words, { DATA_DIR: server.dataDir, DATABASE_URL: databaseUrl });
  const { json: created } = await create({ citizen_id: 'back', name: 'Back', image: await selfie() });
  const person = await db.selectFrom('persons').selectAll().executeTakeFirstOrThrow();
  const key = await db.selectFrom('dataKeys').selectAll().where('subject', '=', person.id).executeTakeFirstOrThrow();
  t.equal((await send('DELETE', `recognizer/persons/${created.id}/`)).status, 200);
  const { id } = await db.selectFrom('erasureReceipts').select('id').executeTakeFirstOrThrow();
  const read = async () => {
    const authorization = `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}`;
    return (await fetch(`${server.url}/triface/v1/erasure-receipts/${id}`, { headers: { authorization } })).status;
  };
  t.equal(await read(), 200);

  const file = join(temporaryDirectory(t), 'receipts.ndjson.gz');
  await sleep(2);
  const now = new Date(store.now()).toISOString();
  t.match(await run('receipts', 'archive', '--before', '2020-01-01', '--to', file), { status: 0, out: /no receipt is that old/ });
  t.match(await run('receipts', 'archive', '--before', '2999-01-01', '--to', file), { status: 1, err: /is in the future/ });
  t.match(await run('receipts', 'archive', '--before', 'yesterday', '--to', file), { status: 1, err: /is neither a date/ });
  t.match(await run('receipts', 'archive', '--before', now, '--to', file), { status: 0, out: /^1 receipts in .+, 1 deleted/ });
  t.equal(await read(), 404);
  t.match(await run('audit', 'list', '--action', 'receipt.archive'), { out: /"receipts":1/ });

  // As a restored backup has it: the receipt is not in it either.
  const { number: _, ...row } = person;
  await db.insertInto('dataKeys').values(key).execute();
  await db
    .insertInto('persons')
    .values({ ...row, pictureId: null })
    .execute();
  const returned = /erased persons who are back \(restored from a backup\): (\d)/;
  t.match(await run('erase', '--verify'), { status: 0, out: 'restored from a backup): 0' });
  t.match(await run('erase', '--verify', '--receipts', file), { status: 1, out: 'restored from a backup): 1' });
  t.match(await run('erase', '--citizen-id', 'back', '--receipts', file), { status: 1, err: /can be given only with --verify/ });
  const broken = join(temporaryDirectory(t), 'broken.ndjson');
  t.match(await run('erase', '--verify', '--receipts', file, '--receipts', broken), {
    ...{ status: 1, out: 'archives of receipts that cannot be read or are not whole: 1' },
    err: /broken\.ndjson cannot be read/,
  });
  const again = await run('erase', '--verify', '--again', '--receipts', file);
  t.equal(returned.exec(again.out)?.[1], '0');
  t.equal(again.status, 0, again.out);
  t.same(await db.selectFrom('persons').select('id').execute(), []);
});

testEach('audit records are archived while a server runs', async (t, databaseUrl) => {
  const { server, store, create } = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const run = (...words: string[]) => runCommand(words, { DATA_DIR: server.dataDir, DATABASE_URL: databaseUrl });
  t.match(await run('audit', 'verify', '--new'), { status: 1, err: /no verification has been completed yet/ });
  const whole = await run('audit', 'verify');
  t.match(whole, { status: 0, out: /^\d+ records, the chain is intact\nhead \w{64}\n$/ });
  const head = whole.out.trim().slice(-64);
  await create({ citizen_id: 'one', name: 'One', image: await selfie() });
  t.match(await run('audit', 'verify', '--new', '--expect', head), {
    ...{ status: 0, out: /the chain is intact\nhead \w{64}\nnot looked at: records 1 to \d+, of which the last verification/ },
  });
  const file = join(temporaryDirectory(t), 'audit.ndjson');
  await sleep(2);
  const before = new Date(store.now()).toISOString();
  t.match(await run('audit', 'archive', '--before', '2020-01-01', '--to', file), { status: 0, out: /no record is that old/ });
  const archived = await run('audit', 'archive', '--before', before, '--to', file);
  t.match(archived, { status: 0, out: /^records 1 to \d+ in .+ deleted from the database\nSHA-256 \w{64}\n/ });
  const last = Number(/records 1 to (\d+)/.exec(archived.out)?.[1]);
  t.equal(readFileSync(file, 'utf8').trim().split('\n').length, last + 1);
  t.match(await run('audit', 'archive', '--before', before, '--to', file), { status: 1, err: /exists already/ });
  await create({ citizen_id: 'two', name: 'Two', image: await selfie('other') });
  const list = await run('audit', 'list');
  t.match(list.err, `records 1 to ${last} are not listed`);
  t.equal(JSON.parse(list.out.split('\n')[0]!).action, 'audit.archive');
  t.match(await run('audit', 'verify'), { status: 0, out: /which are in archives: give their files with --archive/ });
  t.match(await run('audit', 'verify', '--archive', file, '--expect', head), {
    status: 0,
    out: /^\d+ records, the chain is intact/,
  });
  t.match(await run('audit', 'verify', '--archive', file, '--new'), { status: 1, err: /cannot be used with/ });
  await store.db
    .updateTable('auditEvents')
    .set({ actor: 'x' } as never)
    .execute();
  t.match(await run('audit', 'archive', '--before', new Date(store.now()).toISOString(), '--to', `${file}.2`), {
    ...{ status: 1, err: /the chain is broken at record \d+: .+ No record was deleted\. Keep the database as it is/ },
  });
});
