import { sweepScans } from '../../src/scans/sweep-scans.js';
import { addScans, dmsScan } from '../contracts/dms/scan-server.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach } from '../storage/databases.js';

const DAY_MS = 86_400_000;
const password = 'a password for tests';

testEach('the sweep honours each account’s retention before the default', async (t, databaseUrl) => {
  const { store, accounts, clock, now } = await openAccounts(t, { databaseUrl });
  const days = { short: 3, forEver: 0, usual: null } as const;
  const ids = new Map<string, string>();
  for (const [username, retention] of Object.entries(days)) {
    const account = await accounts.create({ username, password });
    ids.set(account.accountId, username);
    if (retention !== null) await accounts.setRetention(username, retention);
    t.equal((await accounts.find(username))?.retentionDays, retention);
    const ages = [1, 5, 20];
    await addScans(
      store,
      ages.map(() => dmsScan(account)),
      (index) => clock.ms - ages[index]! * DAY_MS,
    );
  }
  const sweep = (retentionDays: number) => sweepScans(store, retentionDays, now());
  const left = async () => {
    const rows = await store.db.selectFrom('scans').select(['accountId', 'createdAt']).orderBy('createdAt', 'desc').execute();
    const ages: Record<string, number[]> = {};
    for (const { accountId, createdAt } of rows) {
      ages[ids.get(accountId)!] = [...(ages[ids.get(accountId)!] ?? []), Math.round((clock.ms - createdAt) / DAY_MS)];
    }
    return ages;
  };
  await sweep(0);
  t.same(await left(), { short: [1], forEver: [1, 5, 20], usual: [1, 5, 20] }, 'a default of forever');
  await sweep(10);
  t.same(await left(), { short: [1], forEver: [1, 5, 20], usual: [1, 5] });
  await accounts.setRetention('forEver', null);
  await sweep(10);
  t.same(await left(), { short: [1], forEver: [1, 5], usual: [1, 5] });
  for (const wrong of [-1, 1.5, Number.NaN, 36_501])
    await t.rejects(accounts.setRetention('short', wrong), { name: 'AccountError', message: /0 \(forever\)/ });
  await t.rejects(accounts.setRetention('nobody', 1), { name: 'AccountError', message: /the account nobody does not exist/ });
});
