import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { calculateJwkThumbprint } from 'jose';
import { test } from 'tap';
import { CAPTURE_KEY_SECONDS, makeCaptureKey, parseCaptureKey } from '../../src/keys/capture-key.js';
import { openKeyRing } from '../../src/keys/key-ring.js';
import { type Keys, openKeys } from '../../src/keys/keys.js';
import { makeRsaKey, OPENID_KEY_SECONDS, parseRsaKey } from '../../src/keys/rsa-key.js';
import { runTogether } from '../storage/children.js';

const quiet = (message: string) => {
  throw new Error(`unexpected warning: ${message}`);
};
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('created once, private, and the same when read again', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const made = await openKeys({ dataDir, warn: quiet });
  const directory = join(dataDir, 'keys');
  t.equal(modeOf(directory), '700');
  t.same(readdirSync(directory).sort(), ['capture-p256.json', 'cookie-secret', 'jwt-secret', 'openid-rs256.json']);
  for (const name of readdirSync(directory)) t.equal(modeOf(join(directory, name)), '600', name);
  t.equal(made.jwtSecret.length, 64);
  const read = await openKeys({ dataDir, warn: quiet });
  t.same(read.jwtSecret, made.jwtSecret);
  t.equal(read.cookieSecret, made.cookieSecret);
  const kid = async (keys: Keys) => (await keys.openid.read()).current.kid;
  t.equal(await kid(read), await kid(made));
  const other = await openKeys({ dataDir: join(t.testdirName, 'other'), warn: quiet });
  t.notSame(other.jwtSecret, made.jwtSecret);
  t.not(other.cookieSecret, made.cookieSecret);
  t.not(await kid(other), await kid(made));
});

test('the public key contains nothing of the private one', async (t) => {
  const keys = await openKeys({ dataDir: t.testdir(), warn: () => {} });
  const openid = (await keys.openid.read()).current;
  t.same(Object.keys(openid.publicJwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  t.equal(openid.kid, await calculateJwkThumbprint(openid.publicJwk));
  t.equal(Buffer.from(openid.publicJwk.n, 'base64url').length, 256);
});

test('processes that create them at the same time have the same keys', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const keys = await runTogether<{ secret: string; kid: string }>(4, 'keys', { dataDir, databaseUrl: '' });
  t.equal(keys[0]?.secret.length, 128);
  for (const other of keys) t.same(other, keys[0]);
  t.same(
    readdirSync(join(dataDir, 'keys')).sort(),
    ['capture-p256.json', 'cookie-secret', 'jwt-secret', 'openid-rs256.json'],
    'no drafts are left',
  );
});

test('files and directories that others can use are reported once each', async (t) => {
  const dataDir = t.testdir();
  const directory = join(dataDir, 'keys');
  mkdirSync(directory, { mode: 0o700 });
  await openKeys({ dataDir, warn: quiet });
  chmodSync(directory, 0o755);
  chmodSync(join(directory, 'jwt-secret'), 0o640);
  const warnings: string[] = [];
  const { jwtSecret } = await openKeys({ dataDir, warn: (message) => warnings.push(message) });
  t.equal(warnings.length, 2);
  t.match(
    warnings.join('\n'),
    /keys is accessible to other users.*chmod 700[\s\S]*jwt-secret is accessible to other users.*chmod 600/,
  );
  t.notMatch(warnings.join('\n'), new RegExp(jwtSecret.toString('base64url')));
});

test('a corrupt file stops the start and is named; its content is not shown', async (t) => {
  const dataDir = t.testdir();
  await openKeys({ dataDir, warn: () => {} });
  for (const name of ['jwt-secret', 'openid-rs256.json']) {
    const path = join(dataDir, 'keys', name);
    const good = readFileSync(path, 'utf8');
    // cut short, emptied, one character in the middle changed to what is not base64url, a public key, not a key
    const middle = good.length >> 1;
    const n = name.endsWith('.json') ? (JSON.parse(good) as { n: string; e: string }) : { n: '', e: '' };
    const flipped = n.n && good.replace(n.n.slice(100, 101), n.n[100] === 'A' ? 'B' : 'A');
    const bad = [
      good.slice(0, middle),
      '',
      `${good.slice(0, middle)}*${good.slice(middle + 1)}`,
      `{"kty":"RSA","n":"${n.n}","e":"${n.e}"}`,
      'x',
    ];
    for (const content of flipped ? [...bad, flipped] : bad) {
      writeFileSync(path, content);
      const error = await openKeys({ dataDir, warn: () => {} }).catch((reason: Error) => reason);
      t.match(error, { name: 'KeyError', message: `${path} is corrupt` }, `${name} ${content.length}`);
      if (content.length > 50) t.notOk((error as Error).message.includes(content.slice(0, 50)));
    }
    writeFileSync(path, good);
  }
  await openKeys({ dataDir, warn: () => {} });
});

test('a directory that cannot be used is named', async (t) => {
  const dataDir = t.testdir({ keys: 'in the way' });
  await t.rejects(openKeys({ dataDir, warn: () => {} }), { name: 'KeyError', message: /keys/ });
});

test('a rotated key no longer signs but still verifies; another process sees it; expired keys are removed', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const mine = await openKeys({ dataDir, warn: quiet });
  const other = await openKeys({ dataDir, warn: quiet });
  const before = await mine.openid.read();
  t.equal(before.all.length, 1);
  t.equal(await mine.openid.read(), before, 'the same object while nothing changes');
  const { oldKid, newKid } = await mine.openid.rotate();
  t.equal(oldKid, before.current.kid);
  const after = await mine.openid.read();
  t.same(
    after.all.map(({ kid }) => kid),
    [newKid, oldKid],
  );
  t.equal(after.current.kid, newKid);
  await sleep(1100);
  t.same(
    (await other.openid.read()).all.map(({ kid }) => kid),
    [newKid, oldKid],
    'within a second',
  );
  t.same((await openKeys({ dataDir, warn: quiet })).cookieSecret, mine.cookieSecret);
  const directory = join(dataDir, 'keys');
  for (const name of readdirSync(directory)) t.equal(modeOf(join(directory, name)), '600', name);
  t.notOk(
    readdirSync(directory).some((name) => name.endsWith('.tmp')),
    'no drafts are left',
  );

  const late = await openKeyRing({
    directory,
    name: 'openid-rs256',
    retiredSeconds: OPENID_KEY_SECONDS,
    make: makeRsaKey,
    parse: parseRsaKey,
    readCurrent: async () => after.current,
    now: () => Date.now() + OPENID_KEY_SECONDS * 1000 + 1000,
  });
  t.equal((await late.read()).all.length, 1, 'past its time it verifies no more');
  await late.rotate();
  t.notOk(
    readdirSync(directory).some((name) => name.includes(oldKid)),
    'and the next rotation deletes it',
  );
});

test('the capture key: another ring of the same kind', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const keys = await openKeys({ dataDir, warn: quiet });
  const { current } = await keys.capture.read();
  t.same(Object.keys(current.publicJwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'], 'nothing of the private part');
  t.match(current.publicJwk, { kty: 'EC', crv: 'P-256', alg: 'ECDH-ES', use: 'enc' });
  t.equal(current.kid, await calculateJwkThumbprint(current.publicJwk));
  const openid = await keys.openid.read();
  const { oldKid, newKid } = await keys.capture.rotate();
  t.equal(oldKid, current.kid);
  t.same(
    (await keys.capture.read()).all.map(({ kid }) => kid),
    [newKid, oldKid],
  );
  t.equal(await keys.openid.read(), openid, 'the other ring is as it was');
  const directory = join(dataDir, 'keys');
  const late = await openKeyRing({
    directory,
    name: 'capture-p256',
    retiredSeconds: CAPTURE_KEY_SECONDS,
    make: makeCaptureKey,
    parse: parseCaptureKey,
    readCurrent: async () => (await keys.capture.read()).current,
    now: () => Date.now() + CAPTURE_KEY_SECONDS * 1000 + 1000,
  });
  t.equal((await late.read()).all.length, 1, 'a day later the old one opens nothing any more');
});

test('a damaged capture key is refused', async (t) => {
  const [one, other] = [JSON.parse(await makeCaptureKey()), JSON.parse(await makeCaptureKey())];
  await parseCaptureKey(JSON.stringify(one));
  for (const bad of [
    { ...one, d: other.d },
    { ...one, crv: 'P-384' },
    { ...one, kty: 'OKP' },
    { ...one, d: undefined },
    { ...one, x: `${one.x.slice(0, 42)}*` },
    { kty: one.kty, crv: one.crv, x: one.x, y: one.y },
  ])
    await t.rejects(parseCaptureKey(JSON.stringify(bad)));
});
