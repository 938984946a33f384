import type { Test } from 'tap';
import type { Right } from '../../../src/base/settings/rights.js';
import { unknownStates } from '../../../src/contracts/dms/face-rules.js';
import { Accounts } from '../../../src/identity/accounts.js';
import type { NewScan } from '../../../src/scans/scan.js';
import type { ScanSummary } from '../../../src/scans/scan-summary.js';
import { addScan } from '../../../src/scans/scans.js';
import { openStore, type Store } from '../../../src/storage/store.js';
import { startTestServer } from '../../helper.js';
import { ReusingHasher } from '../../identity/reusing-hasher.js';
import { unrecorded } from '../../identity/unrecorded.js';

const password = 'a password for tests';

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape are examined
  readonly body: any;
}

/** A caller of the server. */
export interface Client {
  readonly companyId: string;
  readonly accountId: string;
  /** the header */
  readonly authorization: string;
  get(path: string): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  raw(path: string, init?: RequestInit): Promise<Response>;
}

/** A real server with its real database. The test adds scans through its own connection, as another replica would. */
export async function openScanServer(t: Test, env: Record<string, string> = {}) {
  const server = await startTestServer(t, env);
  const store = await openStore({ databaseUrl: env.DATABASE_URL ?? '', dataDir: server.dataDir });
  t.teardown(() => store.close());
  const accounts = new Accounts({ store, hasher: new ReusingHasher(), changes: unrecorded });

  async function addClient(username: string, company: string, rights?: Right[]): Promise<Client> {
    const { companyId, accountId } = await accounts.create({ username, password, company, rights });
    const answer = await fetch(`${server.url}/realms/triface/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'triface', username, password }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    const raw = (path: string, init: RequestInit = {}) =>
      fetch(server.url + path, { ...init, headers: { authorization: `Bearer ${access_token}`, ...init.headers } });
    const parsed = async (response: Response): Promise<Answer> => ({
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    });
    return {
      companyId,
      accountId,
      authorization: `Bearer ${access_token}`,
      raw,
      get: async (path) => parsed(await raw(path)),
      put: async (path, body, headers = {}) =>
        parsed(
          await raw(path, {
            method: 'PUT',
            body: typeof body === 'string' ? body : JSON.stringify(body),
            headers: { 'content-type': 'application/json', ...headers },
          }),
        ),
    };
  }

  return { ...server, store, accounts, addClient };
}

type Owner = Pick<Client, 'companyId' | 'accountId'>;

/** A scan as contract C stores it, with these fields in its summary. */
export function dmsScan({ companyId, accountId }: Owner, summary: Partial<ScanSummary> = {}): NewScan {
  const whole: ScanSummary = {
    elapsedTime: 0.0123,
    channel: 'WEB',
    reference: 'order 1',
    result: 'No face',
    livenessScore: null,
    ...unknownStates,
    ...summary,
  };
  return {
    companyId,
    accountId,
    contract: 'dms',
    reference: whole.reference,
    channel: whole.channel,
    elapsedMs: whole.elapsedTime * 1000,
    outcome: 'refused',
    livenessScore: whole.livenessScore,
    finding: 'face-not-found',
    policyVersion: '1',
    detail: { findings: ['face-not-found'], faceCount: 0, width: 10, height: 10, faces: [] },
    summary: whole,
  };
}

/** Stores scans in one transaction, `at` gives the time of each. @returns their ids */
export const addScans = (store: Store, scans: readonly NewScan[], at: (index: number) => number = () => Date.now()) =>
  store.db.transaction().execute(async (db) => {
    const ids: string[] = [];
    for (const [index, scan] of scans.entries()) ids.push((await addScan({ db, now: store.now }, scan, at(index))).id);
    return ids;
  });
