import { test } from 'tap';
import { RIGHTS } from '../../src/base/settings/rights.js';
import { generatePassword, isWellKnown } from '../../src/identity/password-rules.js';
import { testEach } from '../storage/databases.js';
import { openAccounts } from './open-accounts.js';

const password = 'a password for tests';

testEach('an account is created with a company and all rights, and found in any spelling', async (t, databaseUrl) => {
  const { accounts, store, clock } = await openAccounts(t, { databaseUrl });
  const ana = await accounts.create({ username: 'Ana.Márquez', password });
  t.match(ana, {
    username: 'Ana.Márquez',
    company: 'default',
    rights: [...RIGHTS],
    isDisabled: false,
    credentialVersion: 1,
    createdAt: clock.ms,
  });
  for (const spelling of ['ana.márquez', 'ANA.MÁRQUEZ', 'Ana.Ma\u0301rquez', 'Ａｎａ.márquez'])
    t.same(await accounts.find(spelling), ana, spelling);
  t.equal(await accounts.find('ana'), undefined);
  t.equal(await accounts.find('ana.márquez\0'), undefined);
  const { passwordHash } = await store.db.selectFrom('accounts').select('passwordHash').executeTakeFirstOrThrow();
  t.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  t.notOk(JSON.stringify(await accounts.list()).includes('argon2'));
});

testEach('names are unique in any spelling, also when created at the same time', async (t, databaseUrl) => {
  const { accounts } = await openAccounts(t, { databaseUrl });
  await accounts.create({ username: 'ana', password });
  await t.rejects(accounts.create({ username: 'ANA', password }), { name: 'AccountError', fault: 'username-taken' });
  const results = await Promise.allSettled(['Bo', 'bo', 'BO'].map((username) => accounts.create({ username, password })));
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  t.same((await accounts.list()).length, 2);
});

testEach('companies: created by name, found again; without a name the oldest', async (t, databaseUrl) => {
  const { accounts } = await openAccounts(t, { databaseUrl });
  const a = await accounts.create({ username: 'a', password, company: 'Acme' });
  const b = await accounts.create({ username: 'b', password, company: 'Other', rights: ['liveness'] });
  const c = await accounts.create({ username: 'c', password, company: 'Acme', rights: [] });
  const d = await accounts.create({ username: 'd', password });
  t.equal(a.companyId, c.companyId);
  t.not(a.companyId, b.companyId);
  t.ok([a.companyId, b.companyId].includes(d.companyId));
  t.same([b.rights, c.rights], [['liveness'], []]);
  for (const company of ['', ' x', 'a\nb', 'x'.repeat(151)])
    await t.rejects(accounts.create({ username: 'e', password, company }), { name: 'AccountError', fault: 'bad-company' });
});

testEach('names that Basic authentication or a database cannot carry are refused', async (t, databaseUrl) => {
  const { accounts } = await openAccounts(t, { databaseUrl });
  for (const username of [
    '',
    'a:b',
    'full-width：colon',
    'a\nb',
    'a\0b',
    ' a',
    'a ',
    'zero\u200bwidth',
    'x'.repeat(151),
    'x'.repeat(1e6),
  ])
    await t.rejects(
      accounts.create({ username, password }),
      { name: 'AccountError', fault: 'bad-username' },
      JSON.stringify(username.slice(0, 20)),
    );
  for (const username of ['x'.repeat(150), '名前', 'a b', 'a@b.c', '€'])
    t.equal((await accounts.create({ username, password })).username, username);
});

test('passwords have 8 to 256 characters, in any Unicode composition', async (t) => {
  const { accounts, login } = await openAccounts(t);
  for (const bad of ['', '1234567', 'x'.repeat(257), 'x'.repeat(1e6)])
    await t.rejects(
      accounts.create({ username: 'a', password: bad }),
      { name: 'AccountError', fault: 'bad-password' },
      `${bad.length}`,
    );
  await accounts.create({ username: 'long', password: '字'.repeat(256) });
  t.ok((await login('long', '字'.repeat(256))).ok);
  await accounts.create({ username: 'composed', password: 'contraseña é' });
  t.ok((await login('composed', 'contrasen\u0303a e\u0301')).ok);
  t.notOk((await login('composed', 'contrasena e')).ok);
});

test('common passwords are refused', async (t) => {
  for (const known of [
    'admin',
    'password',
    'changeme',
    'triface',
    'Admin123',
    'CHANGEME!',
    '12345678',
    'aaaaaaaaaa',
    '  password ',
    'zoe-the-boss1',
  ])
    t.ok(isWellKnown(known, 'Zoe-The-Boss'), known);
  for (const fine of ['correct horse battery', 'Tr1face-0f-Liveness', generatePassword()])
    t.notOk(isWellKnown(fine, 'admin'), fine);
});

test('generated passwords are long and differ', async (t) => {
  const made = new Set(Array.from({ length: 100 }, generatePassword));
  t.equal(made.size, 100);
  for (const one of made) t.match(one, /^[A-Za-z0-9_-]{24}$/);
});

testEach('a database that went back does not assign a version again', async (t, databaseUrl) => {
  const { store, accounts, clock } = await openAccounts(t, { databaseUrl });
  const { accountId } = await accounts.create({ username: 'ana', password });
  await accounts.setPassword('ana', 'a password that is lost');
  const { credentialVersion: lost } = (await accounts.find('ana'))!;
  // What a backup from before holds.
  await store.db.updateTable('accounts').set({ credentialVersion: 1 }).execute();
  clock.ms += 5000;
  await accounts.setPassword('ana', 'another password');
  t.equal(await accounts.loadCaller(accountId, lost), undefined, 'tokens and passwords of the lost future stay void');
});

testEach('disabling, enabling and a new password raise the version', async (t, databaseUrl) => {
  const { accounts, clock } = await openAccounts(t, { databaseUrl });
  const { accountId } = await accounts.create({ username: 'ana', password });
  t.match(await accounts.loadCaller(accountId, 1), { username: 'ana', credentialVersion: 1 });
  clock.ms += 1000;
  await accounts.disable('ANA');
  const versionOf = async () => (await accounts.find('ana'))!.credentialVersion;
  const disabled = await versionOf();
  t.ok(disabled > 1);
  t.equal(await accounts.loadCaller(accountId, 1), undefined);
  t.equal(await accounts.loadCaller(accountId, disabled), undefined);
  await accounts.enable('ana');
  t.equal(await accounts.loadCaller(accountId, 1), undefined);
  t.match(await accounts.loadCaller(accountId, disabled), { credentialVersion: disabled });
  // in the same second
  await accounts.setPassword('ana', 'another password');
  t.equal(await accounts.loadCaller(accountId, disabled), undefined);
  t.match(await accounts.find('ana'), { credentialVersion: disabled + 1, updatedAt: clock.ms, isDisabled: false });
  for (const change of [() => accounts.disable('bo'), () => accounts.enable('b\0o'), () => accounts.setPassword('bo', password)])
    await t.rejects(change(), { name: 'AccountError', fault: 'unknown-account' });
  for (const [id, version] of [
    ['nobody', 3],
    [`${accountId}\0`, 3],
    [accountId, 3.5],
    [accountId, Number.NaN],
  ] as const)
    t.equal(await accounts.loadCaller(id, version), undefined);
});
