import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openStore, type Store } from '../../../../src/storage/store.js';
import { startTestServer, type TestServer } from '../../../helper.js';
import { testEach } from '../../../storage/databases.js';
import { PlainBrowser } from './application.js';

const ROUNDS = 3;
const base = '/realms/triface/protocol/openid-connect';
const login = {
  ...{ client_id: 'triface', response_type: 'code', scope: 'openid', redirect_uri: 'http://127.0.0.1:9/callback' },
  ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
};

testEach('nothing that somebody without a password asks of the OpenID routes is stored', async (t, databaseUrl) => {
  const server = await startTestServer(t, { DATABASE_URL: databaseUrl });
  const store = await openStore({ databaseUrl, dataDir: server.dataDir });
  t.teardown(() => store.close());
  const rows = await countRows(store, databaseUrl);
  const bytes = await measure(store, databaseUrl, server.dataDir);
  const statuses = new Map<string, Set<number>>();
  const note = (name: string, status: number) => statuses.set(name, (statuses.get(name) ?? new Set()).add(status));
  // One browser keeps what it is given, the other forgets it.
  const keeping = new PlainBrowser();
  let page: URL | undefined;
  for (let round = 0; round < ROUNDS; round++)
    for (const long of ['x', 'y'.repeat(1900), 'z'.repeat(9000)])
      for (const browser of [keeping, new PlainBrowser()])
        for (const [name, path, query, form] of requestsWith(long)) {
          const url = `${server.url}${path}?${new URLSearchParams(query)}`;
          const { response, url: at } = await browser.follow(url, server.url, form);
          const html = await response.text();
          note(name, response.status);
          if (browser === keeping && html.includes('id="password"')) page = at;
          await confirm(browser, server, html);
        }
  t.same(await countRows(store, databaseUrl), rows, 'no row in any table');
  const grown = (await measure(store, databaseUrl, server.dataDir)) - bytes;
  t.ok(grown < 300_000, `${grown} bytes`);

  for (const password of ['x', 'y'.repeat(1900), 'z'.repeat(9000)])
    note('password', (await keeping.go(page!, { username: 'nobody', password })).status);
  const { login_attempts: attempts, ...others } = await countRows(store, databaseUrl);
  const { login_attempts: _, ...before } = rows;
  t.same(others, before, 'nor for a wrong password');
  t.ok(attempts! <= 3, 'but the count of attempts, which is limited per address');

  for (const [name, seen] of statuses)
    t.ok(
      [...seen].every((status) => status < 500),
      `${name}: ${[...seen]}`,
    );
  for (const name of ['login', 'logout', 'logout, form', 'revoke'])
    t.match(statuses.get(name), new Set([200, 400]), `${name}: short ones are served, long ones refused`);
  t.same(statuses.get('password'), new Set([401, 400]));
});

/** A request of each route, and of each way to fail: name, path, query, form. */
function requestsWith(long: string): [string, string, Record<string, string>, Record<string, string>?][] {
  const changed = (changes: Record<string, string>) => ({ ...login, ...changes });
  const grant = (changes: Record<string, string>) => ({ client_id: 'triface', ...changes });
  return [
    ['login', `${base}/auth`, changed({ state: long })],
    ['login, nonce', `${base}/auth`, changed({ nonce: long, login_hint: long, ui_locales: long })],
    ['login, redirect', `${base}/auth`, changed({ redirect_uri: `http://127.0.0.1:9/callback?${long}` })],
    ['login, hint', `${base}/auth`, changed({ id_token_hint: long })],
    ['login, silent', `${base}/auth`, changed({ prompt: 'none', state: long })],
    ['login, consent', `${base}/auth`, changed({ prompt: 'login consent', max_age: '0', state: long })],
    ['login, scope', `${base}/auth`, changed({ scope: long })],
    ['login, challenge', `${base}/auth`, changed({ code_challenge: long })],
    ['login, client', `${base}/auth`, changed({ client_id: long })],
    ['login, unknown parameters', `${base}/auth`, changed({ [long]: long })],
    ['login, without parameters', `${base}/auth`, {}],
    ['login, resumed', `${base}/auth/${long.slice(0, 90)}`, { state: long }],
    ['login page', `/realms/triface/login-actions/authenticate/${long.slice(0, 90)}`, { state: long }],
    ['logout', `${base}/logout`, { state: long }],
    [
      'logout, redirect',
      `${base}/logout`,
      { client_id: 'triface', post_logout_redirect_uri: 'http://127.0.0.1:9/', state: long },
    ],
    ['logout, hint', `${base}/logout`, { id_token_hint: long, logout_hint: long }],
    ['logout, form', `${base}/logout`, {}, { state: long }],
    ['logout, token', `${base}/logout`, {}, grant({ refresh_token: long })],
    ['logout, confirmed', `${base}/logout/confirm`, {}, { xsrf: long, logout: 'yes' }],
    ['logged out', `${base}/logout/success`, { client_id: long }],
    ['revoke', `${base}/revoke`, {}, grant({ token: long })],
    [
      'code',
      `${base}/token`,
      {},
      grant({ grant_type: 'authorization_code', code: long, code_verifier: long, redirect_uri: long }),
    ],
    ['refresh', `${base}/token`, {}, grant({ grant_type: 'refresh_token', refresh_token: long })],
    ['client', `${base}/token`, {}, { grant_type: 'client_credentials', client_id: long, client_secret: long }],
    ['grant', `${base}/token`, {}, grant({ grant_type: long })],
    ['userinfo', `${base}/userinfo`, { access_token: long }],
    ['userinfo, form', `${base}/userinfo`, {}, { access_token: long }],
    ['keys', `${base}/certs`, { state: long }],
    ['discovery', '/realms/triface/.well-known/openid-configuration', { state: long }],
  ];
}

/** Sends the form that a page of the logout sends by itself. */
async function confirm(browser: PlainBrowser, server: TestServer, html: string): Promise<void> {
  const xsrf = /name="xsrf" value="(\w+)"/.exec(html)?.[1];
  if (xsrf !== undefined) await browser.go(`${server.url}${base}/logout/confirm`, { xsrf, logout: 'yes' });
}

/** Rows by table. */
async function countRows({ db }: Store, databaseUrl: string): Promise<Record<string, number>> {
  const names =
    databaseUrl === ''
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table' order by name`
      : sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`;
  const counts: Record<string, number> = {};
  for (const { name } of (await names.execute(db)).rows) {
    const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${sql.table(name)}`.execute(db);
    counts[name] = Number(rows[0]!.count);
  }
  return counts;
}

/** Bytes of the database. */
async function measure({ db }: Store, databaseUrl: string, dataDir: string): Promise<number> {
  if (databaseUrl !== '')
    return Number((await sql<{ size: string }>`select pg_database_size(current_database()) as size`.execute(db)).rows[0]!.size);
  const files = readdirSync(dataDir).filter((name) => name.startsWith('triface.db'));
  return files.reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);
}
