import type { Test } from 'tap';
import { startTestServer, temporaryDirectory } from '../helper.js';
import { testPostgres } from '../storage/databases.js';

/** Every way to log in with a password. @returns the status */
const logins: Readonly<Record<string, (url: string, user: string, password: string, from: string) => Promise<number>>> = {
  'contract A': (url, username, password, from) => post(`${url}/api/token/`, { username, password }, from),
  'contract B': (url, user, password, from) => basic(`${url}/api/v1/face/liveness`, user, password, from),
  'own contract': (url, user, password, from) => basic(`${url}/v1/identify`, user, password, from),
  'login page': logInOnPage,
  'password grant': (url, username, password, from) =>
    post(
      `${url}/realms/triface/protocol/openid-connect/token`,
      { grant_type: 'password', client_id: 'triface', username, password },
      from,
    ),
};

/** @returns 303 if the password was accepted */
async function logInOnPage(url: string, username: string, password: string, from: string): Promise<number> {
  const query = new URLSearchParams({
    ...{ client_id: 'triface', response_type: 'code', scope: 'openid', redirect_uri: 'http://127.0.0.1:5555/callback' },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
  });
  const headers = { 'x-forwarded-for': from };
  const asked = await fetch(`${url}/realms/triface/protocol/openid-connect/auth?${query}`, { redirect: 'manual', headers });
  const page = new URL(asked.headers.get('location')!, url);
  const cookie = asked.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const body = new URLSearchParams({ username, password });
  return (await fetch(page, { method: 'POST', redirect: 'manual', headers: { ...headers, cookie }, body })).status;
}

const post = async (url: string, fields: Record<string, string>, from: string): Promise<number> =>
  (await fetch(url, { method: 'POST', headers: { 'x-forwarded-for': from }, body: new URLSearchParams(fields) })).status;

const basic = async (url: string, user: string, password: string, from: string): Promise<number> =>
  (
    await fetch(url, {
      method: 'POST',
      headers: {
        'x-forwarded-for': from,
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      },
      body: '{}',
    })
  ).status;

/** Two servers behind a proxy, with one database and one directory of keys. */
async function startTwo(t: Test, databaseUrl: string) {
  const env = { DATABASE_URL: databaseUrl, DATA_DIR: temporaryDirectory(t), TRIFACE_TRUST_PROXY: '127.0.0.1' };
  return [await startTestServer(t, env), await startTestServer(t, env)] as const;
}

testPostgres('an attacker locks nobody out but the own address, at all servers', async (t, databaseUrl) => {
  const servers = await startTwo(t, databaseUrl);
  const [{ user, password }] = servers;
  let network = 0;
  for (const [name, login] of Object.entries(logins))
    for (const form of ['203.0.113.%:port', '[2001:db8:0:%::1]:port']) {
      network++;
      const attacker = (port: number) => form.replace('%', String(network)).replace('port', String(40_000 + port));
      const guesses: number[] = [];
      for (let i = 0; i < 24; i++) guesses.push(await login(servers[i % 2]!.url, user, `wrong ${name} ${i}`, attacker(i)));
      t.same(guesses, [...Array(10).fill(401), ...Array(14).fill(429)], `${name}, ${form}: ten guesses at all servers together`);
      for (const { url } of servers) {
        t.equal(await login(url, user, password, attacker(99)), 429, 'blocked there, even with the right password');
        t.not(await login(url, user, password, `198.51.100.${network}`), 429, 'and not elsewhere');
        t.not(await login(url, user, password, `198.51.100.${network}`), 401);
      }
    }

  const garbage: number[] = [];
  for (let i = 0; i < 14; i++) garbage.push(await logins['contract A']!(servers[i % 2]!.url, user, `wrong ${i}`, `made-up-${i}`));
  t.same(garbage.slice(10), [429, 429, 429, 429], 'invented addresses give no further guesses');
  t.equal(await logins['contract A']!(servers[0].url, user, password, '198.51.100.250'), 200);
});
