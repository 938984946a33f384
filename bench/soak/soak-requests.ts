import { randomUUID } from 'node:crypto';
import { makeForm as form } from '../growth/client.js';
import { makeMoreKinds } from './more-requests.js';

/** One request, and the statuses that are right for it. */
export interface MixedRequest {
  readonly name: string;
  readonly expected: readonly number[];
  ask(): Promise<number>;
}

/** Requests of all contracts, in fixed proportions. */
export interface Mixture {
  next(index: number): MixedRequest;
}

/** A kind of request. */
export interface RequestKind extends MixedRequest {
  /** how many of a round */
  readonly weight: number;
}

/** Seconds after which tokens are renewed; contract A's are valid for five minutes. */
const tokenSeconds = 120;

/**
 * Prepares the requests: pictures that are judged (one in ten), broken pictures and forms, wrong credentials, lists, single scans,
 * corrections, persons that are registered, found and erased, logins, and what needs no account; and those of more-requests.ts.
 */
export async function makeMixture(
  url: string,
  { username, password }: { readonly username: string; readonly password: string },
  picture: Buffer,
): Promise<Mixture> {
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => fetch(url + path, init);
  const status = async (path: string, init: RequestInit = {}): Promise<number> => {
    const response = await send(path, init);
    await response.arrayBuffer();
    return response.status;
  };
  const logIn = async (path: string, more: Record<string, string>): Promise<Record<string, string>> =>
    (await (await send(path, { method: 'POST', body: new URLSearchParams({ username, password, ...more }) })).json()) as Record<
      string,
      string
    >;
  const realm = '/realms/triface/protocol/openid-connect';
  const grant = { grant_type: 'password', client_id: 'triface' };
  let tokens = { a: '', c: '', until: 0 };
  const renew = async (): Promise<void> => {
    if (Date.now() < tokens.until) return;
    tokens = { ...tokens, until: Date.now() + tokenSeconds * 1000 };
    const [a, c] = await Promise.all([logIn('/api/token/', {}), logIn(`${realm}/token`, grant)]);
    tokens = { ...tokens, a: a.access!, c: c.access_token! };
  };
  await renew();
  const apiToken = () => ({ authorization: `Bearer ${tokens.a}` });
  const bearer = () => ({ authorization: `Bearer ${tokens.c}` });
  const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const json = { 'content-type': 'application/json' };
  const base64 = JSON.stringify({ faceImageBase: picture.toString('base64') });
  const persons = '/api/v3.2/biometrics/recognizer/persons/';
  const sdk = '/face-liveness-sdk/v1';
  let scan = '';

  const kinds: readonly (readonly [weight: number, name: string, expected: readonly number[], ask: () => Promise<number>])[] = [
    [
      4,
      'A liveness',
      [200],
      () => status('/api/v3/biometrics/liveness/', { method: 'POST', headers: apiToken(), body: form({ selfie: picture }) }),
    ],
    [
      3,
      'B liveness',
      [200],
      () => status('/api/v1/face/liveness', { method: 'POST', headers: { ...basic, ...json }, body: base64 }),
    ],
    [
      3,
      'C liveness',
      [200],
      async () => {
        const response = await send(`${sdk}/check_liveness`, {
          method: 'POST',
          headers: bearer(),
          body: form({ channel: 'WEB', reference: randomUUID(), file: picture }),
        });
        scan = ((await response.json()) as { id?: string }).id ?? scan;
        return response.status;
      },
    ],
    [1, 'identify', [200], () => status('/v1/identify', { method: 'POST', headers: basic, body: form({ image: picture }) })],
    [
      1,
      'register, read and erase a person',
      [200],
      async () => {
        const made = await send(persons, {
          method: 'POST',
          headers: apiToken(),
          body: form({ citizen_id: randomUUID(), name: 'Soak', image: picture }),
        });
        const { id } = (await made.json()) as { id?: number };
        if (made.status !== 201) return made.status;
        await status(`${persons}${id}/`, { headers: apiToken() });
        return status(`${persons}${id}/`, { method: 'DELETE', headers: apiToken() });
      },
    ],
    [
      4,
      'A broken picture',
      [200],
      () =>
        status('/api/v3/biometrics/liveness/', {
          method: 'POST',
          headers: apiToken(),
          body: form({ selfie: picture.subarray(0, 3000) }),
        }),
    ],
    [
      4,
      'B broken base64',
      [200, 400],
      () => status('/api/v1/face/liveness', { method: 'POST', headers: { ...basic, ...json }, body: '{"faceImageBase":"%%"}' }),
    ],
    [
      6,
      'A without a picture',
      [400],
      () => status('/api/v3/biometrics/liveness/', { method: 'POST', headers: apiToken(), body: form({ device: 'IOS' }) }),
    ],
    [
      6,
      'A without a token',
      [401],
      () => status('/api/v3/biometrics/liveness/', { method: 'POST', body: form({ selfie: picture }) }),
    ],
    [6, 'C without a token', [401], () => status(`${sdk}/check_liveness`, { method: 'POST', body: form({ file: picture }) })],
    [
      6,
      'a form without an end',
      [400],
      () =>
        status('/api/token/', {
          method: 'POST',
          headers: { 'content-type': 'multipart/form-data; boundary=x' },
          body: '--x\r\n',
        }),
    ],
    [8, 'C list', [200], () => status(`${sdk}/face-liveness?page=0&size=20&sort=createdDate,desc`, { headers: bearer() })],
    [8, 'C one scan', [200, 404], () => status(`${sdk}/face-liveness/${scan || randomUUID()}`, { headers: bearer() })],
    [6, 'A persons', [200], () => status(persons, { headers: apiToken() })],
    [4, 'explanation', [200, 404], () => status(`/triface/v1/scans/${scan || randomUUID()}/explanation`, { headers: basic })],
    [
      2,
      'C login',
      [200],
      () => status(`${realm}/token`, { method: 'POST', body: new URLSearchParams({ ...grant, username, password }) }),
    ],
    [
      4,
      'login page',
      [303],
      () =>
        status(
          `${realm}/auth?client_id=triface&response_type=code&redirect_uri=http://127.0.0.1:5555/callback&scope=openid&code_challenge=${'c'.repeat(43)}&code_challenge_method=S256`,
          { redirect: 'manual' },
        ),
    ],
    [4, 'keys and discovery', [200], () => status('/realms/triface/.well-known/openid-configuration')],
    [4, 'capture keys', [200], () => status('/triface/v1/capture/keys')],
    // The gallery loads when the first person is registered.
    [8, 'health', [200, 503], () => status('/health/ready')],
    [4, 'metrics', [200], () => status('/metrics')],
    [4, 'nothing there', [404], () => status('/nowhere', { method: 'POST', headers: json, body: '{}' })],
  ];
  const more = await makeMoreKinds({ url, picture, apiToken, bearer, basic, scan: () => scan });
  const all = [...kinds.map(([weight, name, expected, ask]): RequestKind => ({ weight, name, expected, ask })), ...more];
  const wheel = all.flatMap(({ weight, ...kind }) => Array.from({ length: weight }, () => kind));
  return {
    next: (index) => {
      // A prime step visits every kind evenly without repeating one in a row.
      const { ask, ...kind } = wheel[(index * 37) % wheel.length]!;
      return {
        ...kind,
        ask: async () => {
          await renew();
          return ask();
        },
      };
    },
  };
}
