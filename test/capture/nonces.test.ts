import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { deleteExpiredNonces, takeNonce } from '../../src/capture/nonces.js';
import { openStore } from '../../src/storage/store.js';
import { startSweeps } from '../../src/storage/sweeper.js';
import { testEach } from '../storage/databases.js';

testEach('a nonce can be used once, across two connections to the database, until it is swept', async (t, databaseUrl) => {
  const dataDir = t.testdir();
  const [here, there] = [await openStore({ databaseUrl, dataDir }), await openStore({ databaseUrl, dataDir })];
  t.teardown(() => Promise.all([here.close(), there.close()]));
  const nonces = Array.from({ length: 20 }, (_, i) => `nonce-${i}`);
  for (const nonce of nonces) {
    const taken = await Promise.all([here, there, here, there].map(({ db }) => takeNonce(db, nonce, 1000)));
    t.equal(taken.filter(Boolean).length, 1, nonce);
  }
  const stored = await here.db.selectFrom('captureNonces').selectAll().execute();
  t.equal(stored.length, 20);
  t.ok(stored.every(({ nonceHash }) => /^[0-9a-f]{64}$/.test(nonceHash)));
  await deleteExpiredNonces(here.db, 1000);
  t.equal(await takeNonce(there.db, 'nonce-3', 1000), false, 'not before its time');
  await deleteExpiredNonces(here.db, 1001);
  t.equal(await takeNonce(there.db, 'nonce-3', 1000), true);
});

t.test('a sweep runs at once and repeatedly, continues after a failure, and stops', async (t) => {
  let sweeps = 0;
  const failures: unknown[] = [];
  const sweeper = startSweeps([
    {
      intervalMs: 5,
      run: async () => {
        sweeps++;
        if (sweeps === 1) throw new Error('locked');
      },
      onError: (error) => failures.push(error),
    },
  ]);
  while (sweeps < 3) await sleep(1);
  await sweeper.stop();
  const last = sweeps;
  await sleep(30);
  t.equal(sweeps, last);
  t.match(failures, [{ message: 'locked' }]);
});
