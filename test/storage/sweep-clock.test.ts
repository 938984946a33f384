import type { Test } from 'tap';
import { SweepClock } from '../../src/storage/sweep-clock.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach } from './databases.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A sweep clock whose time and whose counts a test sets. */
async function openClock(t: Test, databaseUrl: string) {
  const { store } = await openAccounts(t, { databaseUrl });
  const state = { now: store.now(), doomed: 0, total: 100, asked: 0 };
  const clock = new SweepClock({ db: store.db, now: () => state.now }, async () => {
    state.asked++;
    return { doomed: state.doomed, total: state.total };
  });
  return { clock, state };
}

testEach('a clock that leapt ahead deletes nothing unusual until an operator confirms it', async (t, databaseUrl) => {
  const { clock, state } = await openClock(t, databaseUrl);
  const begun = state.now;
  t.same(await clock.read(), { now: begun });
  state.now = begun + 365 * DAY_MS;
  state.doomed = 100;
  const held = { doomed: 100, total: 100, trustedTo: begun, now: state.now };
  t.same(await clock.read(), { now: begun, held });
  t.same(await clock.read(), { now: begun, held }, 'and waiting does not change that');
  state.now = begun + 1000;
  t.same(await clock.read(), { now: begun + 1000 }, 'the clock was set right');
  state.now = begun + 365 * DAY_MS;
  await clock.confirm();
  t.same(await clock.read(), { now: state.now });
});

testEach('what expires in the usual course is deleted without questions', async (t, databaseUrl) => {
  const { clock, state } = await openClock(t, databaseUrl);
  await clock.read();
  state.doomed = 100;
  for (let hours = 0; hours < 48; hours++) {
    state.now += HOUR_MS;
    t.same(await clock.read(), { now: state.now });
  }
  t.equal(state.asked, 0, 'nothing is counted');
  state.now += 4 * DAY_MS;
  state.doomed = 20;
  t.same(await clock.read(), { now: state.now }, 'a few rows after some days without a server');
  t.equal(state.asked, 1);
  state.now += 4 * DAY_MS;
  Object.assign(state, { doomed: 0, total: 0 });
  t.same(await clock.read(), { now: state.now }, 'nothing to delete');
});

testEach('a clock that is set back does not forget what was trusted', async (t, databaseUrl) => {
  const { clock, state } = await openClock(t, databaseUrl);
  await clock.read();
  state.now += 3 * HOUR_MS;
  const latest = state.now;
  await clock.read();
  state.now -= 30 * DAY_MS;
  t.same(await clock.read(), { now: state.now });
  state.now = latest + 23 * HOUR_MS;
  state.doomed = 100;
  t.same(await clock.read(), { now: state.now });
});
