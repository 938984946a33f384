import type { Test } from 'tap';
import type { RecognitionSettings } from '../../../src/gallery/recognition-settings.js';
import type { NewAccount } from '../../../src/identity/account-rows.js';
import { Accounts } from '../../../src/identity/accounts.js';
import type { OpenEngine } from '../../../src/server/core-services.js';
import { openStore, type Store } from '../../../src/storage/store.js';
import { form, startTestServer, type TestServer } from '../../helper.js';
import { ReusingHasher } from '../../identity/reusing-hasher.js';
import { unrecorded } from '../../identity/unrecorded.js';
import { type Answer, ask } from '../clients.js';

/** The caller: a username of {@link Recognizer.addAccount}, or no one. */
export type As = string | null;

/** What is sent to one path. */
export interface Sent {
  readonly as?: As;
  readonly form?: Parts;
  readonly body?: NonNullable<RequestInit['body']>;
  readonly headers?: Record<string, string>;
}

/** Fields of a form; Buffers become files. */
export type Parts = Record<string, string | Buffer>;

/** A server that is already running. */
export interface Reached {
  readonly url: string;
  readonly dataDir: string;
  /** the first account's name */
  readonly user: string;
  /** of every account */
  readonly password: string;
}

/** A real server whose first account recognises without liveness and duplicates by default, and its clients. */
export interface Recognizer<Server = Reached> {
  readonly server: Server;
  /** a second connection to the server's database */
  readonly store: Store;
  readonly accounts: Accounts;
  /** below /api/v3.2/biometrics, or a path from the root when it begins with a slash */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  create(parts: Parts, sent?: Sent): Promise<Answer>;
  face(parts: Parts, sent?: Sent): Promise<Answer>;
  recognition(settings: Partial<RecognitionSettings>, username?: string): Promise<void>;
  addAccount(account: Omit<NewAccount, 'password'>): Promise<void>;
  /** rows of each table of the gallery */
  countRows(): Promise<Record<'persons' | 'dataKeys' | 'pictures' | 'enrolments', number>>;
}

/** Tokens are valid for five minutes, which is less than a test file takes on a busy machine. */
const TOKEN_MS = 120_000;

/** In this process. Write to its database only while it is idle: in one thread, both would wait for each other. */
export const startRecognizer = async (
  t: Test,
  env: Record<string, string> = {},
  openEngine?: OpenEngine,
): Promise<Recognizer<TestServer>> => attachRecognizer(t, await startTestServer(t, env, openEngine), env.DATABASE_URL ?? '');

/** Clients of a server, and a connection to its database. */
export async function attachRecognizer<Server extends Reached>(
  t: Test,
  server: Server,
  databaseUrl = '',
): Promise<Recognizer<Server>> {
  const store = await openStore({ databaseUrl, dataDir: server.dataDir });
  t.teardown(() => store.close());
  const accounts = new Accounts({ store, hasher: new ReusingHasher(), changes: unrecorded });
  const tokens = new Map<string, { token: string; at: number }>();
  const login = async (username: string): Promise<string> => {
    const known = tokens.get(username);
    if (known && Date.now() - known.at < TOKEN_MS) return known.token;
    const body = new URLSearchParams({ username, password: server.password });
    const token = (await ask(`${server.url}/api/token/`, { method: 'POST', body })).json.access as string;
    tokens.set(username, { token, at: Date.now() });
    return token;
  };
  const send: Recognizer['send'] = async (method, path, { as = server.user, form: parts, body, headers = {} } = {}) => {
    const url = path.startsWith('/') ? path : `/api/v3.2/biometrics/${path}`;
    return ask(server.url + url, {
      method,
      headers: { ...(as === null ? {} : { authorization: `Bearer ${await login(as)}` }), ...headers },
      ...(parts ? { body: form(parts) } : body === undefined ? {} : { body }),
    });
  };
  const recognition: Recognizer['recognition'] = (settings, username = server.user) =>
    accounts.setRecognition(username, JSON.stringify({ liveness: false, duplicates: 'off', ...settings }));
  await recognition({});
  return {
    ...{ server, store, accounts, send, recognition },
    create: (parts, sent = {}) => send('POST', 'recognizer/persons/', { form: parts, ...sent }),
    face: (parts, sent = {}) => send('POST', 'recognizer/face/', { form: parts, ...sent }),
    async addAccount(account) {
      await accounts.create({ password: server.password, ...account });
      await recognition({}, account.username);
    },
    async countRows() {
      const tables = ['persons', 'dataKeys', 'pictures', 'enrolments'] as const;
      const counts = tables.map(async (table) => [table, await countOf(store, table)] as const);
      return Object.fromEntries(await Promise.all(counts)) as Awaited<ReturnType<Recognizer['countRows']>>;
    },
  };
}

const countOf = async ({ db }: Store, table: 'persons' | 'dataKeys' | 'pictures' | 'enrolments'): Promise<number> =>
  Number(
    (
      await db
        .selectFrom(table)
        .select((sql) => sql.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );
