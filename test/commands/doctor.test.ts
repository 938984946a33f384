import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openBeside } from '../contracts/clients.js';
import { addScans, dmsScan } from '../contracts/dms/scan-server.js';
import { startTestServer } from '../helper.js';
import { runCommand } from './run-command.js';

const DAY_MS = 86_400_000;

test('doctor and retention: what is in order, and what an operator must do', async (t) => {
  const { dataDir, user } = await startTestServer(t);
  const triface = (...words: string[]) => runCommand(words, { DATA_DIR: dataDir });
  const well = await triface('doctor');
  t.equal(well.status, 0, well.err);
  t.match(
    well.out,
    /^ok +clock: agrees.*\nok +servers: \S+:\d+ \(\d s ago\)\nok.*keys: those that.*\nok.*retention: expired data is deleted\nok.*citizen ids/,
  );
  t.equal((await triface('retention', 'status')).out, 'expired data is deleted\n');

  // A month passed without a server, as it seems, and more than usual has expired.
  const store = await openBeside(t, dataDir);
  const { id: accountId, companyId } = await store.db.selectFrom('accounts').selectAll().executeTakeFirstOrThrow();
  const old = store.now() - 400 * DAY_MS;
  await addScans(
    store,
    Array.from({ length: 3 }, () => dmsScan({ accountId, companyId })),
    () => old,
  );
  t.equal((await triface('user', 'retention', user, '30')).status, 0);
  await store.db.updateTable('sweepClock').set({ trustedTo: old }).execute();
  writeFileSync(join(dataDir, 'keys/jwt-secret'), `${Buffer.alloc(64, 1).toString('base64url')}\n`);
  const ill = await triface('doctor');
  t.equal(ill.status, 1);
  t.match(ill.out, /PROBLEM {2}keys: the key \w+ of jwt-secret is missing/);
  t.match(ill.out, /PROBLEM {2}retention: the time leapt ahead.*delete 3 of 3 rows.*retention confirm/);
  const held = await triface('retention', 'status');
  t.match(held.out, /wouldDelete: 3\nof: 3\n/);
  t.match((await triface('retention', 'confirm')).out, /^trusted: \d{4}-/);
  t.equal((await triface('retention', 'status')).out, 'expired data is deleted\n');
});
