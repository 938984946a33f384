import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { type MadeCapture, makeCapture, renew, seal } from '../../test/capture/made-capture.js';
import { makeForm } from '../growth/client.js';
import type { RequestKind } from './soak-requests.js';

/** What these requests are sent with. */
export interface Sending {
  readonly url: string;
  readonly picture: Buffer;
  /** headers with contract A's token, contract C's, and Basic */
  readonly apiToken: () => Record<string, string>;
  readonly bearer: () => Record<string, string>;
  readonly basic: Readonly<Record<string, string>>;
  /** the id of a scan that was stored, if there is one yet */
  readonly scan: () => string;
}

const json = { 'content-type': 'application/json' };

/** Large pictures, capture packets, aborted requests, corrections, and wrong passwords. */
export async function makeMoreKinds(sending: Sending): Promise<RequestKind[]> {
  const { url, picture, apiToken, bearer, basic, scan } = sending;
  const status = async (path: string, init: RequestInit): Promise<number> => {
    const response = await fetch(url + path, init);
    await response.arrayBuffer();
    return response.status;
  };
  const large = await Promise.all([enlarge(picture, 4, 'jpeg'), enlarge(picture, 12, 'jpeg'), enlarge(picture, 4, 'webp')]);
  const bodies = large.map((bytes) => JSON.stringify({ faceImageBase: bytes.toString('base64') }));
  const assess = (body: string) => status('/api/v1/face/liveness', { method: 'POST', headers: { ...basic, ...json }, body });
  const made = await makeCapture({ kind: 'live' });
  const key = await readCaptureKey(url);
  const liveness = '/api/v3/biometrics/liveness/';
  const sendPacket = async (capture: MadeCapture) => {
    const body = makeForm({ encrypted_file: await seal(capture, key) });
    return status(liveness, { method: 'POST', headers: apiToken(), body });
  };
  let n = 0;
  let guessedAt = 0;
  // A wrong password every half minute only: a hundred in a quarter of an hour would lock out this address.
  const guess = (): [path: string, init: RequestInit] => {
    if (Date.now() - guessedAt < 30_000)
      return ['/api/token/refresh/', { method: 'POST', body: new URLSearchParams({ refresh: `wrong ${n++}` }) }];
    guessedAt = Date.now();
    return ['/api/token/', { method: 'POST', body: new URLSearchParams({ username: 'nobody', password: `wrong ${n++}` }) }];
  };
  return [
    { weight: 1, name: 'B large picture', expected: [200], ask: () => assess(bodies[n++ % bodies.length]!) },
    { weight: 3, name: 'A packet', expected: [200], ask: () => sendPacket(renew(made)) },
    { weight: 1, name: 'A packet sent a second time', expected: [200], ask: () => sendPacket(made) },
    // 0: there is no answer.
    {
      weight: 4,
      name: 'aborted upload',
      expected: [0],
      ask: () => abort(`${url}${liveness}`, { method: 'POST', headers: apiToken(), body: makeForm({ selfie: picture }) }),
    },
    {
      weight: 2,
      name: 'C correction',
      expected: [200, 404],
      ask: () =>
        status(`/v1/face-liveness/${scan() || '00000000-0000-4000-8000-000000000000'}`, {
          method: 'PUT',
          headers: { ...bearer(), ...json },
          body: JSON.stringify({ reference: `soak ${n++}` }),
        }),
    },
    { weight: 1, name: 'wrong password or refresh token', expected: [401, 429], ask: () => status(...guess()) },
  ];
}

async function enlarge(picture: Buffer, megapixels: number, format: 'jpeg' | 'webp'): Promise<Buffer> {
  const height = Math.round(Math.sqrt((megapixels * 1_000_000 * 960) / 719));
  return sharp(picture).resize({ height }).toFormat(format, { quality: 90 }).toBuffer();
}

/** Sends a request and gives it up after a moment. @returns 0; or the status, if the answer came before */
async function abort(address: string, init: RequestInit): Promise<number> {
  const giveUp = new AbortController();
  const answer = fetch(address, { ...init, signal: giveUp.signal }).then(
    (response) => response.body?.cancel().then(() => response.status),
    () => 0,
  );
  await sleep(2);
  giveUp.abort();
  return (await answer) ?? 0;
}

async function readCaptureKey(url: string): Promise<Parameters<typeof seal>[1]> {
  const { keys } = (await (await fetch(`${url}/triface/v1/capture/keys`)).json()) as {
    keys: Parameters<typeof seal>[1]['publicJwk'][];
  };
  return { kid: keys[0]!.kid, publicJwk: keys[0]! };
}
