import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { createLogger } from '../../src/platform/request-log.js';
import { serverWatchService } from '../../src/server/server-watch.js';
import type { Store } from '../../src/storage/store.js';
import { KeyRegister } from '../../src/vault/key-register.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testPostgres } from '../storage/databases.js';

/** A watch on a machine whose clock is ahead by what the test says. */
async function watchAhead(t: Test, store: Store) {
  const clock = { aheadMs: 0 };
  const logged: string[] = [];
  const log = createLogger('silent');
  for (const level of ['info', 'warn', 'error'] as const)
    log[level] = ((_: unknown, message: string) => logged.push(`${level} ${message}`)) as never;
  const service = serverWatchService({
    ...{ store, log, port: '1', announce: () => {} },
    register: new KeyRegister(store),
    listHeld: async () => ({}),
    now: () => store.now() + clock.aheadMs,
  });
  const watch = await service.start();
  t.teardown(() => watch.stop());
  return { clock, logged, watch };
}

test('a clock that differs from the database’s: a warning from 2 s, not ready from 30 s', async (t) => {
  const { store } = await openAccounts(t);
  const { clock, logged, watch } = await watchAhead(t, store);
  for (const aheadMs of [0, 1900, -1900]) {
    clock.aheadMs = aheadMs;
    watch.checkClock();
  }
  t.same(logged, []);
  clock.aheadMs = 2100;
  for (let i = 0; i < 3; i++) watch.checkClock();
  t.same(logged.splice(0), ["warn this machine's clock is 2 s ahead of the database's: synchronise it (NTP)"], 'once');
  for (const aheadMs of [31_000, -600_000]) {
    clock.aheadMs = aheadMs;
    t.throws(() => watch.checkClock(), { name: 'UnavailableError', reason: 'clock' });
  }
  t.match(logged.splice(0), [/^error not ready: this machine's clock is 31 s ahead/]);
  clock.aheadMs = 0;
  watch.checkClock();
  t.match(logged, [/^info/]);
});

testPostgres('the database’s clock is the one that counts, however this machine’s is set', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const real = Date.now;
  t.teardown(() => {
    Date.now = real;
  });
  Date.now = () => real() + 600_000;
  await sleep(20);
  t.ok(Math.abs(store.now() - real()) < 5000, `${store.now() - real()} ms`);
  const { watch } = await watchAhead(t, store);
  watch.checkClock();
});
