import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { NewAccount } from '../../src/identity/account-rows.js';
import { Accounts } from '../../src/identity/accounts.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { form, type TestServer } from '../helper.js';
import { unrecorded } from '../identity/unrecorded.js';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what the test is about
  readonly json: any;
}

/** One request. `json` is undefined if the body is not JSON. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

type Body = NonNullable<RequestInit['body']>;
export const post = (url: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(url, { method: 'POST', body, headers });
export const postJson = (url: string, value: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  post(url, JSON.stringify(value), { 'content-type': 'application/json', ...headers });

/** The request of each contract's client: one picture, no options. */
export interface ThreeClients {
  apptenticate(picture: Buffer, more?: Record<string, string>): Promise<Answer>;
  faceLiveness(picture: Buffer, sessionId?: string): Promise<Answer>;
  dms(picture: Buffer, reference?: string): Promise<Answer>;
}

export const paths = {
  apptenticate: '/api/v3/biometrics/liveness/',
  faceLiveness: '/api/v1/face/liveness',
  dms: '/face-liveness-sdk/v1/check_liveness',
} as const;

/** Clients of a server, with tokens. */
export async function threeClients(server: TestServer): Promise<ThreeClients> {
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  return {
    apptenticate: (picture, more = {}) => post(server.url + paths.apptenticate, form({ selfie: picture, ...more }), api),
    faceLiveness: (picture, sessionId) =>
      postJson(
        server.url + paths.faceLiveness,
        { faceImageBase: picture.toString('base64'), ...(sessionId === undefined ? {} : { sessionId }) },
        { authorization: server.basic },
      ),
    dms: (picture, reference = 'R-1') => post(server.url + paths.dms, form({ channel: 'WEB', reference, file: picture }), bearer),
  };
}

/** The server's database through a second connection; closed with the test. */
export async function openBeside(t: Test, dataDir: string): Promise<Store> {
  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  return store;
}

export async function countScans({ db }: Store): Promise<number> {
  const { n } = await db
    .selectFrom('scans')
    .select((sql) => sql.fn.countAll().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Another account, created while the server runs, as by `triface user add`. */
export async function addAccount(t: Test, server: TestServer, account: NewAccount): Promise<void> {
  const store = await openBeside(t, server.dataDir);
  await new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded }).create(account);
}

/** The key of contract A's tokens. */
export const readJwtSecret = (dataDir: string): Buffer =>
  Buffer.from(readFileSync(join(dataDir, 'keys/jwt-secret'), 'utf8').trim(), 'base64url');

/** Text that no client may see: stacks, paths, names of libraries and of the database. */
export const leaks =
  /node_modules|\bat \S+ \(|\.[jt]s:\d|node:internal|\/(tmp|home|root|src|dist)\/|fastify|FST_|vips|sharp|libpng|onnx|sqlite|libsql|kysely|SELECT |INSERT |busboy|undici|\bstack\b/i;
