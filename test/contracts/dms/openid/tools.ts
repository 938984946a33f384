import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { Accounts } from '../../../../src/identity/accounts.js';
import { type ClientChange, type NewClient, OpenIdClients } from '../../../../src/identity/openid/clients.js';
import { PasswordHasher } from '../../../../src/identity/password-hasher.js';
import { openStore } from '../../../../src/storage/store.js';
import type { TestServer } from '../../../helper.js';
import { unrecorded } from '../../../identity/unrecorded.js';

/** An operator's actions while the server runs, on the same database. */
export function openTools(t: Test, { dataDir }: Pick<TestServer, 'dataDir'>) {
  const store = openStore({ databaseUrl: '', dataDir });
  t.teardown(async () => (await store).close());
  const made = store.then((open) => {
    const accounts = new Accounts({ store: open, hasher: new PasswordHasher(), changes: unrecorded });
    return { accounts, clients: new OpenIdClients({ store: open, accounts }) };
  });
  return {
    accounts: {
      create: async (account: Parameters<Accounts['create']>[0]) => (await made).accounts.create(account),
      disable: async (name: string) => (await made).accounts.disable(name),
      enable: async (name: string) => (await made).accounts.enable(name),
      setPassword: async (name: string, password: string) => (await made).accounts.setPassword(name, password),
      list: async () => (await made).accounts.list(),
    },
    clients: {
      change: async (id: string, change: ClientChange) => (await made).clients.change(id, change),
      remove: async (id: string) => (await made).clients.remove(id),
    },
    async addClient(client: Omit<NewClient, 'id' | 'redirectUris'> & { id?: string; redirectUris?: string[] }) {
      const { id = `client-${randomUUID().slice(0, 8)}`, secret } = client;
      return { id, secret, ...(await (await made).clients.add({ redirectUris: [], ...client, id })) };
    },
  };
}

/** Contract C's answer to a token: 404 if it is valid (the scan does not exist), otherwise 401. */
export async function scanStatus({ url }: Pick<TestServer, 'url'>, token: string): Promise<number> {
  const path = `${url}/v1/face-liveness/00000000-0000-4000-8000-000000000000`;
  return (await fetch(path, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** A client's secret with characters that Basic, forms and URLs encode, some libraries in one way, some in another and some not. */
export const awkwardSecret = 'p%2Bq+r/s=t:u&v%zz-0123456789';

/** The answer of an endpoint for programs. */
export interface OpenIdAnswer {
  readonly status: number;
  /** {} if it is empty */
  readonly body: Record<string, unknown> & Record<'access_token' | 'refresh_token' | 'id_token', string>;
}

/** Sends a form. @param path below the server's address */
export async function postForm(
  { url }: Pick<TestServer, 'url'>,
  path: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<OpenIdAnswer> {
  const response = await fetch(url + path, { method: 'POST', body: new URLSearchParams(form), headers });
  const text = await response.text();
  const body = text === '' ? {} : JSON.parse(text);
  return { status: response.status, body };
}
