import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { Test } from 'tap';
import { RIGHTS } from '../../src/base/settings/rights.js';
import { Accounts } from '../../src/identity/accounts.js';
import { OpenIdClients } from '../../src/identity/openid/clients.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { openStore } from '../../src/storage/store.js';
import { makeCapture, seal } from '../capture/made-capture.js';
import { readCommand } from '../commands/run-command.js';
import { fetchKey } from '../contracts/apptenticate/plus-client.js';
import { type Answer, ask, paths, post, postJson } from '../contracts/clients.js';
import { noFace, selfie } from '../fixtures/pictures.js';
import { form, startTestServer, type TestServer } from '../helper.js';
import { unrecorded } from '../identity/unrecorded.js';

/** Credentials of one account in every contract. */
export interface Credentials {
  readonly basic: string;
  readonly apptenticate: string;
  readonly dms: string;
  /** refresh tokens */
  readonly refresh: string;
  readonly dmsRefresh: string;
}

/** A server with accounts, persons and scans: what valid requests refer to. */
export interface World {
  readonly server: TestServer;
  /** of an account with every right; renewed before they expire */
  credentials(): Promise<Credentials>;
  /** values of Authorization of accounts with one right or none */
  readonly weakAuthorizations: readonly string[];
  /** values of Authorization for another contract, forged, or malformed */
  readonly wrongAuthorizations: readonly string[];
  readonly pictures: { readonly selfie: Buffer; readonly noFace: Buffer; readonly broken: Buffer; readonly packet: Buffer };
  /** number and citizen id of a person who is registered, unless a mutated request erased them a moment ago */
  person(): { readonly id: string; readonly citizenId: string };
  readonly scan: string;
  readonly dmsScan: string;
  readonly receipt: string;
  /** an OpenID client with a secret */
  readonly client: { readonly id: string; readonly secret: string };
  /** number of a person who may be erased */
  addPerson(): Promise<string>;
  /** id of an enrolment of that person, who is registered again if necessary; it may be removed */
  addEnrolment(): Promise<string>;
  /** Forgets wrong passwords. They would lock the caller out after a quarter of an hour, and all answers were 429 from then on. */
  forgiveAttempts(): Promise<void>;
}

/** Milliseconds after which tokens are renewed: contract A's are valid for five minutes. */
const tokenMs = 100_000;
const persons = '/api/v3.2/biometrics/recognizer/persons/';
const token = '/realms/triface/protocol/openid-connect/token';
const password = 'correct horse battery';

/** Repeats a request that is answered with 503, as clients are asked to: the disk of a busy machine may stop for some seconds. */
async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await send();
    if (answer.status !== 503 || tries === 10) return answer;
    await sleep(1000);
  }
}

/** Starts the server and creates everything. @param databaseUrl empty: SQLite */
export async function makeWorld(t: Test, databaseUrl: string): Promise<World> {
  const server = await startTestServer(t, {
    DATABASE_URL: databaseUrl,
    TRIFACE_TRUST_PROXY: '127.0.0.1',
    TRIFACE_MAX_IMAGE_BYTES: '600000',
    TRIFACE_MAX_PACKET_BYTES: '600000',
    TRIFACE_IMAGE_URL_HOSTS: 'none',
  });
  const { url, dataDir, user } = server;
  const store = await openStore({ databaseUrl, dataDir });
  const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
  const limited = ['none', ...RIGHTS];
  for (const name of limited)
    await accounts.create({
      username: `only-${name.replace(':', '-')}`,
      password,
      rights: RIGHTS.filter((right) => right === name),
    });
  const client = { id: 'resource-server', isConfidential: true, grants: ['client_credentials'], redirectUris: [] } as const;
  const { secret = '' } = await new OpenIdClients({ store, accounts }).add(client);
  t.teardown(() => store.close());
  await readCommand(['user', 'pictures', user, '--scans', '30'], { DATA_DIR: dataDir, DATABASE_URL: databaseUrl });

  const read = (answer: Answer): Answer['json'] => {
    if (answer.status >= 300) throw new Error(`the set-up got ${answer.status}: ${answer.text}`);
    return answer.json;
  };
  const logIn = async (username: string): Promise<Credentials> => {
    const api = read(await patiently(() => postJson(`${url}/api/token/`, { username, password: server.password })));
    const grant = { grant_type: 'password', client_id: 'triface', username, password: server.password, scope: 'openid' };
    const dms = read(await patiently(() => post(url + token, new URLSearchParams(grant))));
    return {
      basic: `Basic ${Buffer.from(`${username}:${server.password}`).toString('base64')}`,
      apptenticate: `Bearer ${api.access}`,
      dms: `Bearer ${dms.access_token}`,
      refresh: api.refresh,
      dmsRefresh: dms.refresh_token,
    };
  };
  let known = await logIn(user);
  let renewed = performance.now();
  const credentials = async (): Promise<Credentials> => {
    if (performance.now() - renewed > tokenMs) {
      renewed = performance.now();
      known = await logIn(user);
    }
    return known;
  };
  const weak: Credentials[] = [];
  for (const name of limited) weak.push(await logIn(`only-${name.replace(':', '-')}`));

  const picture = await sharp(await selfie())
    .resize(540)
    .jpeg({ quality: 85 })
    .toBuffer();
  const pictures = {
    selfie: picture,
    noFace: await sharp(await noFace())
      .resize(120)
      .jpeg()
      .toBuffer(),
    broken: picture.subarray(0, 300),
    packet: await seal(await makeCapture(), await fetchKey(server)),
  };
  let count = 0;
  const create = async (): Promise<string> => {
    const parts = form({ citizen_id: `world-${++count}`, name: `Person ${count}`, image: picture });
    const { apptenticate: authorization } = await credentials();
    return String(read(await patiently(() => post(url + persons, parts, { authorization }))).id);
  };
  let person = { id: await create(), citizenId: `world-${count}` };
  const erased = await ask(`${url + persons + (await create())}/`, {
    method: 'DELETE',
    headers: { authorization: known.apptenticate },
  });
  const [, claims = ''] = erased.headers.get('triface-erasure-receipt')!.split('.');
  const liveness = form({ selfie: picture, return_id: 'true' });
  const dmsForm = form({ channel: 'WEB', reference: 'world', file: picture });
  return {
    server,
    credentials,
    weakAuthorizations: weak.flatMap(({ basic, apptenticate, dms }) => [basic, apptenticate, dms]),
    wrongAuthorizations: [
      ...[known.basic, known.apptenticate, known.dms, `Bearer ${known.refresh}`, `Bearer ${known.dmsRefresh}`],
      ...[`${known.apptenticate}x`, known.dms.slice(0, -4), `${known.basic} x`, known.basic.toLowerCase()],
      ...[
        '',
        'Basic',
        'Basic ',
        'Basic !!!',
        'Basic Og==',
        'Basic bm9ib2R5OndvcmQ=',
        'Bearer',
        'Bearer ',
        'Bearer x',
        'Bearer x y',
      ],
      ...[
        'Bearer a.b.c',
        'Bearer eyJhbGciOiJub25lIn0.e30.',
        'Digest username="a"',
        'Negotiate',
        `Bearer ${'x'.repeat(7000)}`,
        'é',
      ],
    ],
    pictures,
    person: () => person,
    scan: String(read(await post(url + paths.apptenticate, liveness, { authorization: known.apptenticate })).id),
    dmsScan: read(await post(url + paths.dms, dmsForm, { authorization: known.dms })).id,
    receipt: JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')).id,
    client: { id: client.id, secret },
    addPerson: create,
    async addEnrolment() {
      const { basic } = await credentials();
      const add = () =>
        post(`${url}/triface/v1/persons/${person.id}/enrolments`, form({ image: picture }), { authorization: basic });
      const added = await patiently(add);
      if (added.status !== 404) return read(added).id;
      const citizenId = `world-${count + 1}`;
      person = { id: await create(), citizenId };
      return read(await patiently(add)).id;
    },
    async forgiveAttempts() {
      await store.db.deleteFrom('loginAttempts').execute();
    },
  };
}
