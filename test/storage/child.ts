// Not a test: a second process for tests, started by startChild (children.ts). Without a task it does nothing.
import { once } from 'node:events';
import { Accounts } from '../../src/identity/accounts.js';
import { createFirstAccount } from '../../src/identity/first-start.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { openKeys } from '../../src/keys/keys.js';
import { addScan } from '../../src/scans/scans.js';
import type { StoreLocation } from '../../src/storage/database-url.js';
import { openStore } from '../../src/storage/store.js';
import { unrecorded } from '../identity/unrecorded.js';

const [task = '', where = '{}', ...rest] = process.argv.slice(2);
const location = JSON.parse(where) as StoreLocation;

const tasks: Record<string, () => Promise<unknown>> = {
  async open() {
    const store = await openStore(location);
    await store.check();
    await store.close();
    return 'opened';
  },
  /** transactions that read and then write what depends on it */
  async count() {
    const store = await openStore(location);
    for (let i = 0; i < 50; i++)
      await store.db.transaction().execute(async (db) => {
        const name = `${(await db.selectFrom('companies').select('id').execute()).length}`;
        await db.insertInto('companies').values({ id: name, name, createdAt: 1 }).execute();
      });
    await store.close();
    return 'counted';
  },
  async firstStart() {
    const store = await openStore(location);
    const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
    const first = await createFirstAccount(accounts, { username: rest[0] ?? 'admin', password: '' });
    await store.close();
    return first;
  },
  async keys() {
    const { jwtSecret, openid } = await openKeys({ dataDir: location.dataDir, warn: () => {} });
    return { secret: jwtSecret.toString('hex'), kid: (await openid.read()).current.kid };
  },
  /** adds scans without end, several at once; each id is written to standard output once it is acknowledged */
  async storm() {
    const store = await openStore(location);
    const { id: accountId, companyId } = await store.db.selectFrom('accounts').selectAll().executeTakeFirstOrThrow();
    const add = async () => {
      for (;;) {
        const { id } = await addScan(store, {
          companyId,
          accountId,
          contract: 'test',
          elapsedMs: 1.5,
          outcome: 'live',
          livenessScore: 0.5,
          finding: null,
          policyVersion: '1',
          detail: { filler: 'x'.repeat(500) },
        });
        process.stdout.write(`${id}\n`);
        await new Promise(setImmediate);
      }
    };
    await Promise.all(Array.from({ length: 4 }, add));
  },
};

if (process.send && tasks[task]) {
  process.send('ready');
  await once(process, 'message');
  const result = await tasks[task]().catch((error: Error) => ({ error: error.message }));
  process.send({ result });
  process.disconnect();
}
