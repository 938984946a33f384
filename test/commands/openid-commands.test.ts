import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { scanStatus } from '../contracts/dms/openid/tools.js';
import { startTestServer } from '../helper.js';
import { runCommand } from './run-command.js';

/** Runs `triface …` while the server is running. */
const run = (dataDir: string, ...args: string[]) => runCommand(args, { DATA_DIR: dataDir });

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
    { name: 'triface', type: 'public' },
    { name: 'nightly', type: 'confidential', grants: ['client_credentials'], redirectUris: [] },
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

test('keys are rotated and listed', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const rotated = await run(dataDir, 'keys', 'rotate');
  t.equal(rotated.status, 0, rotated.err);
  const [, newKid, oldKid] = /^signing with (\S+)\n(\S+) verifies for another 10.25 hours$/m.exec(rotated.out)!;
  t.equal((await run(dataDir, 'keys', 'list')).out, `${newKid}  signs\n${oldKid}  retired\n`);
});
