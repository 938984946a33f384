import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import type { HeldKeys } from '../../src/keys/keys.js';
import type { Store } from '../../src/storage/store.js';
import { KeyRegister, MASTER_RING, watchRing } from '../../src/vault/key-register.js';
import type { HeldRings, RunningServer } from '../../src/vault/running-servers.js';
import { seededVectors } from '../gallery/index/unit-vectors.js';
import { openTestGallery } from '../gallery/test-gallery.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach } from '../storage/databases.js';

const keys = (current: string, ...others: string[]): HeldKeys => ({ current, all: [current, ...others] });

/** A server that signs with the keys given, and what is wrong with them. */
async function serve(register: KeyRegister, store: Store, host: string, held: HeldRings, server = makeServer(store, host)) {
  await register.servers.sign(server, held);
  return { server, problems: await register.reconcile(held, server) };
}

const makeServer = (store: Store, host: string): RunningServer => ({ id: randomUUID(), host, startedAt: store.now() });

testEach('the first server registers its keys; one with others is told which key it lacks', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const register = new KeyRegister(store, 2000);
  const first = await serve(register, store, 'first', { openid: keys('a'), 'jwt-secret': keys('j') });
  t.same(first.problems, []);
  t.same((await serve(register, store, 'same', { openid: keys('a'), 'jwt-secret': keys('j') })).problems, []);
  const { problems } = await serve(register, store, 'other', { openid: keys('b'), 'jwt-secret': keys('j') });
  t.equal(problems.length, 1);
  t.match(problems[0], /the key a of openid is missing.*keys accept/);
  t.same([...(await register.listRequired('openid'))], ['a'], 'and it registers nothing');
  // The key arrives, but signs nothing yet.
  const both = await serve(register, store, 'other', { openid: keys('b', 'a'), 'jwt-secret': keys('j') });
  t.match(both.problems, [/the current key b of openid is unknown to .*first/]);
});

testEach('a key that all running servers hold is registered; one that a server lacks is not', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const register = new KeyRegister(store, 2000);
  const { server: one } = await serve(register, store, 'one', { openid: keys('a') });
  const { server: two } = await serve(register, store, 'two', { openid: keys('a') });
  t.match((await serve(register, store, 'one', { openid: keys('b', 'a') }, one)).problems, [/unknown to two/]);
  await serve(register, store, 'two', { openid: keys('a', 'b') }, two);
  t.same((await serve(register, store, 'one', { openid: keys('b', 'a') }, one)).problems, []);
  t.same([...(await register.listRequired('openid'))].sort(), ['a', 'b']);
  await register.servers.signOff(two.id);
  t.same((await serve(register, store, 'one', { openid: keys('c', 'b', 'a') }, one)).problems, [], 'nobody else runs');
});

testEach('a rotation is published before it takes effect, and refused while a server lacks the key', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const register = new KeyRegister(store, 2000);
  const { server } = await serve(register, store, 'one', { openid: keys('a') });
  const change = { oldKid: 'a', newKid: 'b' };
  await t.rejects(register.publish('openid', change, 3600), { name: 'KeyError', message: /^one does not hold the next key, b/ });
  t.same([...(await register.listRequired('openid'))], ['a']);
  const noticed = new Promise((resolve) => setTimeout(resolve, 600)).then(() =>
    register.servers.sign(server, { openid: keys('a', 'b') }),
  );
  await register.publish('openid', change, 3600);
  await noticed;
  t.equal(await register.isRequired('openid', 'b'), true);
  t.equal(await register.isRequired('openid', 'a'), true, 'what the old one signed is still in use');
  await register.sweep(store.now() + 3_600_000);
  await sleep(150);
  t.equal(await register.isRequired('openid', 'a'), false);
});

testEach('a key that a server still seals with is not forgotten', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const register = new KeyRegister(store, 2000);
  const ring = MASTER_RING;
  const { server: one } = await serve(register, store, 'one', { [ring]: keys('a', 'b') });
  const { server: two } = await serve(register, store, 'two', { [ring]: keys('a', 'b') });
  await register.publish(ring, { oldKid: 'a', newKid: 'b' }, undefined);
  await serve(register, store, 'one', { [ring]: keys('b', 'a') }, one);
  await t.rejects(register.forget(ring, ['a']), { name: 'KeyError', message: /^two still uses an old key/ });
  t.equal(await register.isRequired(ring, 'a'), true);
  t.same((await serve(register, store, 'two', { [ring]: keys('b', 'a') }, two)).problems, []);
  await register.forget(ring, ['a']);
  t.same([...(await register.listRequired(ring))], ['b']);
});

testEach(
  'keys that were replaced on purpose are accepted by command, except a master key that is needed',
  async (t, databaseUrl) => {
    const { store, gallery, enrol } = await openTestGallery(t, { databaseUrl });
    const register = new KeyRegister(store, 2000);
    const [{ id }] = gallery.masterKeys.read();
    const other = parseMasterKeys(Buffer.alloc(32, 7).toString('base64'))[0].id;
    await serve(register, store, 'one', { openid: keys('a'), [MASTER_RING]: keys(other) });
    await register.accept({ openid: keys('b'), [MASTER_RING]: keys(id) });
    t.same((await serve(register, store, 'one', { openid: keys('b'), [MASTER_RING]: keys(id) })).problems, []);
    await enrol('one', seededVectors(1, 1).slice(0, 512));
    await t.rejects(register.accept({ [MASTER_RING]: keys(other) }), { name: 'KeyError', message: /restore it/ });
  },
);

testEach('a database without a register: its data tells which master keys are needed', async (t, databaseUrl) => {
  const { store, gallery, enrol } = await openTestGallery(t, { databaseUrl });
  const register = new KeyRegister(store, 2000);
  await enrol('one', seededVectors(1, 1).slice(0, 512));
  const [{ id }] = gallery.masterKeys.read();
  const wrong = await serve(register, store, 'wrong', { [MASTER_RING]: keys('another') });
  t.match(wrong.problems, [new RegExp(`the key ${id} of master-key is missing`)]);
  t.same((await serve(register, store, 'right', { [MASTER_RING]: keys(id) })).problems, []);
});

testEach(
  'a key id that nobody uses is unknown; one that another server uses is a key that is missing here',
  async (t, databaseUrl) => {
    const { store } = await openAccounts(t, { databaseUrl });
    const register = new KeyRegister(store, 2000);
    await serve(register, store, 'one', { openid: keys('a') });
    const ring = watchRing('openid', { find: async () => undefined } as never, register);
    t.equal(await ring.find('invented'), undefined);
    await t.rejects(ring.find('a'), { name: 'UnavailableError', reason: 'keys' });
  },
);
