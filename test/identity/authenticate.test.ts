import { test } from 'tap';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { openAccounts } from './open-accounts.js';

const password = 'a password for tests';
const INVALID = { ok: false, reason: 'invalid' };

test('the right password, in any spelling of the name', async (t) => {
  const { accounts, login } = await openAccounts(t);
  const { accountId, companyId } = await accounts.create({ username: 'Ana', password, rights: ['liveness'] });
  const kept = { recognition: null, enrolmentPictureDays: null, scanPictureDays: 0 };
  const caller = { accountId, companyId, username: 'Ana', rights: ['liveness'], credentialVersion: 1, policy: null, ...kept };
  t.same(await login('ana', password), { ok: true, caller });
});

test('unknown, wrong and disabled look the same and each cost one verification', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t);
  await accounts.create({ username: 'ana', password });
  await accounts.create({ username: 'off', password });
  await accounts.disable('off');
  const tries = [
    ...[
      ['nobody', password],
      ['ana', 'wrong password'],
      ['off', password],
      ['off', 'wrong password'],
      ['ana', ''],
    ],
    ...[
      ['', ''],
      ['ana\0', password],
      ['ana ', password],
      ['ana:', password],
      ['ana', 'x'.repeat(100_000)],
    ],
  ] as const;
  for (const [index, [username, tried]] of tries.entries()) {
    const before = hasher.verified;
    t.same(await login(username, tried, `192.0.2.${index}`), INVALID, JSON.stringify(username));
    t.equal(hasher.verified - before, 1);
  }
});

test('a verified password costs no second verification for five minutes', async (t) => {
  const { accounts, login, hasher, clock } = await openAccounts(t);
  await accounts.create({ username: 'ana', password });
  for (let i = 0; i < 50; i++) t.ok((await login('ana', password)).ok);
  t.equal(hasher.verified, 1);
  t.same(await login('ana', `${password}.`), INVALID, 'another password is not the remembered one');
  t.equal(hasher.verified, 2);
  clock.ms += 299_000;
  t.ok((await login('ANA', password)).ok);
  t.equal(hasher.verified, 2);
  clock.ms += 1000;
  t.ok((await login('ana', password)).ok);
  t.equal(hasher.verified, 3);
  t.ok((await login('ana', password, '192.0.2.77')).ok);
  t.equal(hasher.verified, 4, 'from another address it is verified');
});

test('concurrent first requests cause one verification and one attempt', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t);
  await accounts.create({ username: 'ana', password });
  const answers = await Promise.all(Array.from({ length: 64 }, () => login('ana', password)));
  t.ok(answers.every(({ ok }) => ok));
  t.equal(hasher.verified, 1);
});

test('disabling an account or changing its password invalidates remembered credentials at once', async (t) => {
  const { accounts, login } = await openAccounts(t);
  await accounts.create({ username: 'ana', password });
  t.ok((await login('ana', password)).ok);
  await accounts.disable('ana');
  t.same(await login('ana', password), INVALID);
  await accounts.enable('ana');
  t.match(await login('ana', password), { ok: true });
  await accounts.setPassword('ana', 'another password');
  t.same(await login('ana', password), INVALID);
  t.ok((await login('ana', 'another password')).ok);
});

test('an account disabled while its password is being verified is refused', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t, { hasher: { concurrency: 1 } });
  await accounts.create({ username: 'ana', password });
  const busy = hasher.hash('in front of it');
  const answer = login('ana', password);
  while (hasher.verified === 0) await new Promise(setImmediate);
  await accounts.disable('ana');
  await busy;
  t.same(await answer, INVALID);
});

test('guessing at an account is blocked for that address only', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t, { limits: { perAccountAndAddress: { failures: 3, seconds: 60 } } });
  await accounts.create({ username: 'ana', password });
  await accounts.create({ username: 'bo', password });
  for (let i = 0; i < 3; i++) t.same(await login(i % 2 ? 'ANA' : 'ana', `guess ${i}`), INVALID);
  const blocked = await login('ana', password);
  t.match(blocked, { ok: false, reason: 'throttled' });
  t.ok(!blocked.ok && blocked.reason === 'throttled' && blocked.retryAfterSeconds >= 1 && blocked.retryAfterSeconds <= 60);
  t.equal(hasher.verified, 3, 'a blocked attempt is not verified');
  t.match(await login('ana', password, '::ffff:192.0.2.1'), { reason: 'throttled' }, 'the same address written otherwise');
  t.ok((await login('ana', password, '192.0.2.2')).ok, 'not locked out elsewhere');
  t.ok((await login('bo', password)).ok, 'nor is another account');
});

test('concurrent guesses are counted like consecutive ones', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t, { limits: { perAccountAndAddress: { failures: 5, seconds: 60 } } });
  await accounts.create({ username: 'ana', password });
  const guesses = Array.from({ length: 40 }, (_, i) => login('ana', i === 39 ? password : `guess ${i}`));
  const reasons = (await Promise.all(guesses)).map((answer) => (answer.ok ? 'ok' : answer.reason));
  t.equal(reasons.filter((reason) => reason === 'invalid').length, 5);
  t.equal(reasons.filter((reason) => reason === 'throttled').length, 35);
  t.equal(hasher.verified, 5);
});

test('a remembered password reveals nothing to a blocked guesser', async (t) => {
  const { accounts, login } = await openAccounts(t, { limits: { perAccountAndAddress: { failures: 3, seconds: 60 } } });
  await accounts.create({ username: 'ana', password });
  t.ok((await login('ana', password)).ok);
  const guesses = Array.from({ length: 20 }, (_, i) => login('ana', `guess ${i}`));
  t.match(await login('ana', password), { reason: 'throttled' });
  await Promise.all(guesses);
});

test('success resets the failures of that account and address', async (t) => {
  const { accounts, login, clock } = await openAccounts(t, { limits: { perAccountAndAddress: { failures: 3, seconds: 60 } } });
  await accounts.create({ username: 'ana', password });
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 2; i++) t.same(await login('ana', `guess ${i}`), INVALID);
    t.ok((await login('ana', password)).ok);
    clock.ms += 300_000; // past what is remembered: it is verified each time
  }
});

test('an address that guesses at many accounts is blocked, except for accounts that it has used', async (t) => {
  const { accounts, login } = await openAccounts(t, { limits: { perAddress: { failures: 4, seconds: 60 } } });
  await accounts.create({ username: 'ana', password });
  await accounts.create({ username: 'bo', password });
  t.ok((await login('ana', password, '2001:db8:0:1::1')).ok);
  for (let i = 0; i < 4; i++)
    t.same(await login(`user${i}`, 'guess', `2001:db8:0:1::${i + 2}`), INVALID, 'one /64 network is one address');
  t.match(await login('bo', password, '2001:db8:0:1::99'), { reason: 'throttled' });
  t.ok((await login('ana', password, '2001:db8:0:1::1')).ok);
  t.match(await login('ana', 'guess', '2001:db8:0:1::1'), { reason: 'invalid' });
  t.ok((await login('bo', password, '2001:db8:0:2::1')).ok);
});

test('success returns one point to an address, no more: an own account does not hide guessing', async (t) => {
  const { accounts, login, clock } = await openAccounts(t, { limits: { perAddress: { failures: 4, seconds: 60 } } });
  await accounts.create({ username: 'own', password });
  for (let i = 0; i < 4; i++) {
    clock.ms += 3_600_001; // not known any more: each success is counted
    t.ok((await login('own', password)).ok);
    t.same(await login(`user${i}`, 'guess'), INVALID);
  }
  t.match(await login('user5', 'guess'), { reason: 'throttled' });
});

test('a block ends', async (t) => {
  const { accounts, login } = await openAccounts(t, { limits: { perAccountAndAddress: { failures: 1, seconds: 2 } } });
  await accounts.create({ username: 'ana', password });
  t.same(await login('ana', 'guess'), INVALID);
  const blocked = await login('ana', password);
  t.match(blocked, { reason: 'throttled', retryAfterSeconds: 2 });
  await new Promise((resolve) => setTimeout(resolve, 2100));
  t.ok((await login('ana', password)).ok);
});

test('few passwords are hashed at once, few wait, and the rest are refused without counting as attempts', async (t) => {
  const { accounts, login, hasher } = await openAccounts(t, { hasher: { concurrency: 1, queue: 2 } });
  await accounts.create({ username: 'ana', password });
  const flood = await Promise.all(Array.from({ length: 10 }, (_, i) => login(`user${i}`, password, `192.0.2.${i}`)));
  const invalid = flood.filter((answer) => !answer.ok && answer.reason === 'invalid').length;
  const sentBack = flood.filter((answer) => !answer.ok && answer.reason === 'throttled' && answer.retryAfterSeconds === 1).length;
  // three have a place; a fourth only if one was done before the last had asked
  t.ok(invalid >= 3 && sentBack >= 1 && invalid + sentBack === 10, `${invalid} verified, ${sentBack} sent back`);
  t.equal(hasher.verified, 10);
  t.ok((await login('ana', password)).ok, 'and it goes on afterwards');
});

test('the hasher frees its place when hashing fails', async (t) => {
  const hasher = new PasswordHasher({ concurrency: 1, queue: 0 });
  await t.rejects(hasher.verify('not a hash', password));
  const running = hasher.hash(password);
  await t.rejects(hasher.hash(password), { name: 'BusyError', reason: 'full' });
  t.ok(await hasher.verify(await running, password));
});

test('a flood of guesses from one network does not delay the login from another', async (t) => {
  const hasher = new PasswordHasher({ concurrency: 1, queue: 30 });
  const passwordHash = await hasher.hash(password);
  const order: string[] = [];
  const verify = (owner: string) => hasher.verify(passwordHash, password, owner).then(() => order.push(owner));
  const flood = Array.from({ length: 31 }, () => verify('flood').catch(() => 'refused'));
  await verify('user');
  t.ok(order.indexOf('user') <= 3, `after ${order.indexOf('user')} of the flood`);
  t.equal((await Promise.all(flood)).filter((done) => done === 'refused').length, 1, 'and took a place of the flood');
});
