import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { scanStatus } from '../contracts/dms/openid/tools.js';
import { startTestServer } from '../helper.js';
import { runCommand } from './run-command.js';

/** Runs `triface …` while the server is running. */
const run = (dataDir: string, ...args: string[]) => runCommand(args, { DATA_DIR: dataDir });
const redirect = ['--redirect-uri', 'https://a.example/'] as const;

test('clients are created, listed and removed while a server runs; the secret is shown once and not stored', async (t) => {
  const server = await startTestServer(t);
  const triface = (...args: string[]) => run(server.dataDir, ...args);
  const made = await triface(
    'client',
    'add',
    'nightly',
    '--confidential',
    '--grant',
    'client_credentials',
    '--rights',
    'scans:read',
  );
  t.equal(made.status, 0, made.err);
  const secret = /^secret: ([\w-]{43})$/m.exec(made.out)![1]!;
  for (const name of readdirSync(server.dataDir).filter((one) => one.startsWith('triface.db')))
    t.notOk(readFileSync(join(server.dataDir, name)).includes(secret), `${name} does not hold it`);
  const ask = () =>
    fetch(`${server.url}/realms/triface/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'nightly', client_secret: secret }),
    });
  const { access_token: token } = (await (await ask()).json()) as { access_token: string };
  t.equal(await scanStatus(server, token), 404);

  t.equal((await triface('client', 'add', 'web', '--redirect-uri', 'https://app.example/back')).status, 0);
  const list = JSON.parse((await triface('client', 'list', '--json')).out) as { name: string }[];
  t.match(list, [
    { name: 'triface', type: 'public', pkce: 'required' },
    { name: 'nightly', type: 'confidential', grants: ['client_credentials'], redirectUris: [], pkce: 'optional' },
    { name: 'web', type: 'public', grants: ['authorization_code'], redirectUris: ['https://app.example/back'] },
  ]);
  t.notMatch(JSON.stringify(list), secret);

  for (const [wrong, why] of [
    [['nightly', '--confidential'], /already/],
    [['triface', '--redirect-uri', 'https://a.example/'], /already/],
    [['open', '--grant', 'client_credentials'], /confidential/],
    [['open', '--redirect-uri', 'https://*.example/'], /not a valid redirect URI/],
    [['open', '--redirect-uri', 'http://app.example/'], /https/],
    [['open', '--redirect-uri', 'https://app.example/#here'], /not a valid redirect URI/],
    [['open', '--grant', 'authorization_code'], /requires a redirect URI/],
    [['a b', '--confidential'], /name/],
    [['open', '--grant', 'implicit'], /one of/],
    [['open', '--redirect-uri', 'https://portal.example/*'], /--redirect-uri-prefix/],
    [['open', '--redirect-uri-prefix', 'https://portal.example/app'], /end in \//],
    [['open', ...redirect, '--pkce', 'optional'], /confidential clients only/],
    [['open', ...redirect, '--pkce', 'plain'], /Allowed choices/],
    [['open', ...redirect, '--web-origin', '*'], /every website/],
    [['open', ...redirect, '--secret-file', '/nowhere/secret'], /secret cannot be read/],
  ] as const) {
    const refused = await triface('client', 'add', ...wrong);
    t.equal(refused.status, 1, wrong.join(' '));
    t.match(refused.err, why);
    t.notMatch(refused.err, /\n\s+at /, 'no stack');
  }
  t.equal((await triface('client', 'remove', 'nightly')).status, 0);
  t.equal((await ask()).status, 401);
  t.equal(await scanStatus(server, token), 401);
  t.equal((await triface('client', 'remove', 'nightly')).status, 1);
  t.equal((await triface('client', 'remove', 'triface')).status, 1);
  t.equal((await triface('client', 'add', 'nightly', '--confidential')).status, 0, 'the name is free again');
});

test('a client of Keycloak moves with its name, secret, prefixes and origins, and is changed later', async (t) => {
  const server = await startTestServer(t);
  const folder = t.testdir({ secret: 'b7Vq0ZxkPmJr2uYdLwTf5HsGa9NcEe3K\r\n', weak: 'changeme-changeme-changeme\n', empty: '\n' });
  const triface = (args: string[], input?: string) => runCommand(args, { DATA_DIR: server.dataDir }, input);
  const id = 'https://portal.example/client';
  const made = await triface([
    ...['client', 'add', id, '--secret-file', join(folder, 'secret'), '--pkce', 'required', '--grant', 'authorization_code'],
    ...['--grant', 'client_credentials', '--redirect-uri', 'https://portal.example/cb'],
    ...['--redirect-uri-prefix', 'https://portal.example/app/', '--web-origin', '+', '--web-origin', 'https://other.example'],
  ]);
  t.equal(made.status, 0, made.err);
  t.match(
    made.out,
    /^created https:\/\/portal\.example\/client\naccount: service-account-https-portal\.example-client-[0-9a-f]{8}\n$/,
  );
  const list = async () => JSON.parse((await triface(['client', 'list', '--json'])).out).at(-1) as object;
  const listed = {
    ...{ name: id, type: 'confidential', grants: ['authorization_code', 'client_credentials'], pkce: 'required' },
    ...{ redirectUris: ['https://portal.example/cb'], redirectUriPrefixes: ['https://portal.example/app/'] },
    webOrigins: ['https://other.example'],
  };
  t.same(await list(), listed);
  t.match(
    (await triface(['client', 'list'])).out,
    `${id}  confidential  grants authorization_code,client_credentials  pkce required  https://portal.example/cb https://portal.example/app/*  origins https://other.example\n`,
  );
  const ask = async (secret: string) => {
    const authorization = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${secret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const init = { method: 'POST', headers: { authorization }, body };
    return (await fetch(`${server.url}/realms/triface/protocol/openid-connect/token`, init)).status;
  };
  const first = 'b7Vq0ZxkPmJr2uYdLwTf5HsGa9NcEe3K';
  t.equal(await ask(first), 200, 'the line break is not part of the secret');

  const second = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const changed = await triface(['client', 'set', id, '--secret-file', '-'], second);
  t.same(changed, { status: 0, out: `changed ${id}\n`, err: '' });
  t.same([await ask(first), await ask(second)], [401, 200], 'the old secret is void at once');
  t.same(await list(), listed, 'nothing else changed');
  const generated = /^secret: ([\w-]{43})$/m.exec((await triface(['client', 'set', id, '--secret'])).out)![1]!;
  t.same([await ask(second), await ask(generated)], [401, 200]);
  const words = ['client', 'set', id, '--pkce', 'optional', '--redirect-uri', 'https://portal.example/new', '--web-origin', '+'];
  t.equal((await triface(words)).status, 0);
  const now = { pkce: 'optional', redirectUris: ['https://portal.example/new'], redirectUriPrefixes: [], webOrigins: [] };
  t.same(await list(), { ...listed, ...now });

  for (const [words, why] of [
    [['add', 'x', '--secret-file', join(folder, 'weak')], /can be guessed/],
    [['add', 'x', '--secret-file', join(folder, 'empty')], /is empty/],
    [['add', 'triface', '--secret-file', join(folder, 'secret')], /already exists/],
    [['set', 'nobody', '--secret'], /does not exist/],
    [['set', 'triface', '--pkce', 'optional'], /built in/],
    [['set', id], /at least one option/],
    [['set', id, '--secret', '--secret-file', '-'], /not both/],
    [['set', id, '--redirect-uri', 'https://*.example/'], /--redirect-uri-prefix/],
  ] as const) {
    const refused = await triface(['client', ...words], second);
    t.equal(refused.status, 1, words.join(' '));
    t.match(refused.err, why);
    t.notMatch(refused.err + refused.out, /\n\s+at |changeme/, 'no stack, no secret');
  }
  await triface(['client', 'add', 'spa', '--redirect-uri', 'https://a.example/']);
  t.match((await triface(['client', 'set', 'spa', '--secret'])).err, /public client/);
  t.match((await triface(['client', 'set', 'spa', '--pkce', 'optional'])).err, /confidential clients only/);
  const log = (await triface(['audit', 'list', '--json'])).out;
  t.match(log, 'client.change');
  for (const secret of [first, second, generated]) t.notMatch(log, secret, 'no secret in the audit log');
});

test('keys are rotated and listed', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const rotated = await run(dataDir, 'keys', 'rotate');
  t.equal(rotated.status, 0, rotated.err);
  const [, newKid, oldKid] = /^signing with (\S+)\n(\S+) verifies for another 10.25 hours$/m.exec(rotated.out)!;
  t.equal((await run(dataDir, 'keys', 'list')).out, `${newKid}  signs\n${oldKid}  retired\n`);
});
