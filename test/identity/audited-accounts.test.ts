import { openAuditTools } from '../../src/audit/audit-keys.js';
import { ChangeLog } from '../../src/audit/change-log.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { Accounts } from '../../src/identity/accounts.js';
import { OutsideAccounts } from '../../src/identity/openid/outside-accounts.js';
import { testEach } from '../storage/databases.js';
import { openAccounts } from './open-accounts.js';
import { ReusingHasher } from './reusing-hasher.js';

const password = 'a password for tests';

testEach('the accounts of an outside provider are audited with the route of the request', async (t, databaseUrl) => {
  const { store, dataDir } = await openAccounts(t, { databaseUrl });
  const { audit } = await openAuditTools({ dataDir, warn: () => {}, now: store.now });
  const changes = new ChangeLog(audit, 'operator', { via: 'start', host: 'here' });
  const outside = new OutsideAccounts({
    ...{ store, accounts: new Accounts({ store, hasher: new ReusingHasher(), changes }) },
    recorderOf: (route) => new ChangeLog(audit, 'outside-provider', { via: 'http', route }),
  });
  const route = 'GET /v1/face-liveness/:id';
  const find = (company: string) => outside.find({ issuer: 'https://idp.example', subject: 'ana@example.org', company, route });
  const first = await find('One');
  await find('One');
  const { companyId } = (await find('Two'))!;
  const rows = await store.db.selectFrom('auditEvents').selectAll().orderBy('sequence').execute();
  const shared = { actor: 'outside-provider', subject: first!.accountId };
  t.match(
    rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) })),
    [
      { ...shared, action: 'account.create', detail: { via: 'http', route, new: { rights: [], company: first!.companyId } } },
      {
        ...shared,
        action: 'account.company',
        detail: { via: 'http', route, old: { company: first!.companyId }, new: { company: companyId } },
      },
    ],
  );
  t.equal(rows.length, 2, 'no record without a change');
  t.notMatch(JSON.stringify(rows), /ana@example|One|Two/);
  t.match(await verifyAudit(store.db, audit), { ok: true, records: 2 });
});

testEach('a change that cannot be recorded is not made', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const state = { isBroken: false };
  const changes = {
    async record() {
      if (state.isBroken) throw new Error('the disk is full');
    },
  };
  const accounts = new Accounts({ store, hasher: new ReusingHasher(), changes });
  await accounts.create({ username: 'ana', password, company: 'One' });
  const before = await accounts.findCredential('ana');
  state.isBroken = true;
  const attempts: Record<string, () => Promise<unknown>> = {
    create: () => accounts.create({ username: 'bo', password, company: 'Three' }),
    disable: () => accounts.disable('ana'),
    password: () => accounts.setPassword('ana', 'another password'),
    rights: () => accounts.setRights('ana', []),
    policy: () => accounts.setPolicy('ana', '{}'),
    recognition: () => accounts.setRecognition('ana', '{}'),
    retention: () => accounts.setRetention('ana', 1),
    pictures: () => accounts.setPictureRetention('ana', { scan: 1 }),
    company: () => accounts.moveToCompany(before!.account.accountId, 'Two'),
  };
  for (const [name, attempt] of Object.entries(attempts)) await t.rejects(attempt(), { message: 'the disk is full' }, name);
  t.same(await accounts.findCredential('ana'), before);
  t.equal((await accounts.list()).length, 1);
  t.equal((await store.db.selectFrom('companies').select('id').execute()).length, 1, 'and no company');
});
