import type { Test } from 'tap';
import { openTools } from '../contracts/dms/openid/tools.js';
import type { TestServer } from '../helper.js';

/** The origin of a registered client. */
export const portal = 'https://portal.example';

/** What browsers look at in an answer to a page of another origin. */
export interface PageAnswer {
  readonly status: number;
  readonly text: string;
  /** Access-Control-Allow-Origin, -Credentials, -Methods, -Headers, -Private-Network, -Expose-Headers; null: absent */
  readonly allowed: string | null;
  readonly credentials: string | null;
  readonly methods: string | null;
  readonly headers: string | null;
  readonly privateNetwork: string | null;
  readonly exposed: string | null;
  /** whether caches tell origins apart */
  readonly varies: boolean;
}

/** Headers of a request from an origin; undefined: none. */
export const headersOf = (origin: string | undefined, more: Record<string, string> = {}): Record<string, string> => ({
  ...(origin !== undefined && { origin }),
  ...more,
});

export async function askForPage(url: string, method: string, headers: Record<string, string>, body?: URLSearchParams) {
  const answer = await fetch(url, { method, headers, redirect: 'manual', ...(body && { body }) });
  return readPageAnswer(answer.status, answer.headers, await answer.text());
}

export const readPageAnswer = (status: number, headers: Headers, text: string): PageAnswer => ({
  ...{ status, text },
  allowed: headers.get('access-control-allow-origin'),
  credentials: headers.get('access-control-allow-credentials'),
  methods: headers.get('access-control-allow-methods'),
  headers: headers.get('access-control-allow-headers'),
  privateNetwork: headers.get('access-control-allow-private-network'),
  exposed: headers.get('access-control-expose-headers'),
  varies: (headers.get('vary') ?? '').toLowerCase().split(/, */).includes('origin'),
});

/** Registers the client of {@link portal}, and waits until the server knows it. @returns its id */
export async function addPortal(t: Test, server: TestServer): Promise<string> {
  const { id } = await openTools(t, server).addClient({
    isConfidential: false,
    grants: ['authorization_code'],
    redirectUris: [`${portal}/callback`],
  });
  while ((await askForPage(`${server.url}/v1/identify`, 'POST', headersOf(portal))).allowed !== portal);
  return id;
}
