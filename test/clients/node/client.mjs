// Contracts A, B and C with fetch, undici and axios; the package form-data writes forms for the last two.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { libraries } from './libraries.mjs';

const { BASE, ACCOUNT, PASSWORD, LATIN_ACCOUNT, LATIN_PASSWORD, CLIENT, SECRET } = process.env;
const recognizer = '/api/v3.2/biometrics/recognizer';
const liveness = '/api/v3/biometrics/liveness/';
const token = '/realms/triface/protocol/openid-connect/token';
const sdk = '/face-liveness-sdk/v1';
const account = { username: ACCOUNT, password: PASSWORD };
const client = { client_id: CLIENT, client_secret: SECRET };
/** The platform's forms give each file a name. */
const named = { fetch: ['A bytes without a filename'] };

const picture = (variable, filename = 'señal.jpg') => [readFileSync(process.env[variable]), filename];
const bytes = (variable) => [readFileSync(process.env[variable]), undefined];

async function attempt(name, operation) {
  try {
    await operation();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error.message).replaceAll('\n', ' ')}`);
  }
}

/** @returns the operations of one library, in order */
function operationsOf(send) {
  let authorization = {};
  let tokens;
  let person;
  let scan;
  const citizen = randomUUID();

  async function ask(method, path, body = {}, status = 200) {
    const headers = { ...(path === token ? {} : authorization), ...body.headers };
    const [code, text] = await send(method, BASE + path, { ...body, headers });
    assert.equal(code, status, `${method} ${path}: ${code} ${text}`);
    return text.startsWith('{') && !text.includes('}\n{') ? JSON.parse(text) : text;
  }
  const personPath = () => `${recognizer}/persons/${person.id}/`;
  const scanPath = () => `${sdk}/face-liveness/${scan.id}`;
  const nationals = async (who, isValid) => {
    const body = { fields: { citizen_id: citizen }, files: { selfie: picture(who) } };
    assert.equal((await ask('POST', '/api/v3/biometrics/nationals/', body)).valid, isValid);
  };
  const verdict = async (sessionId, basic) => {
    authorization = {};
    const json = { sessionId, faceImageBase: bytes('SELFIE')[0].toString('base64') };
    const answer = await ask('POST', '/api/v1/face/liveness', { json, basic });
    assert.equal(answer.sessionId, sessionId);
    assert.ok(answer.score > 0.5);
  };
  const put = async (entity, result) => {
    assert.equal((await ask('PUT', scanPath(), { json: { ...entity, result } })).result, result);
  };

  return {
    async 'A token'() {
      tokens = await ask('POST', '/api/token/', { json: account });
      authorization = { authorization: `Bearer ${tokens.access}` };
    },
    async 'A refresh'() {
      assert.ok((await ask('POST', '/api/token/refresh/', { form: { refresh: tokens.refresh } })).access);
    },
    async 'A liveness'() {
      const body = { fields: { details: 'true', return_id: 'true' }, files: { selfie: picture('SELFIE') } };
      const answer = await ask('POST', liveness, body);
      assert.deepEqual(Object.keys(answer), ['valid', 'api_response', 'id']);
      assert.equal(answer.valid, true);
    },
    async 'A attack'() {
      const body = { fields: { details: 'true' }, files: { selfie: picture('REPLAY') } };
      assert.equal((await ask('POST', liveness, body)).error_code, 715);
    },
    async 'A bytes without a filename'() {
      assert.equal((await ask('POST', liveness, { files: { selfie: bytes('SELFIE') } })).valid, true);
    },
    async 'A create person'() {
      const body = { fields: { citizen_id: citizen, name: 'José Ñandú' }, files: { image: picture('SELFIE') } };
      person = await ask('POST', `${recognizer}/persons/`, body, 201);
      assert.equal(person.name, 'José Ñandú');
    },
    async 'A list persons'() {
      assert.ok((await ask('GET', `${recognizer}/persons/?page=1`)).count > 0);
    },
    async 'A get person'() {
      assert.equal((await ask('GET', personPath())).citizen_id, citizen);
    },
    async 'A patch person'() {
      assert.equal((await ask('PATCH', personPath(), { form: { name: 'Zoë' } })).name, 'Zoë');
      assert.equal((await ask('PATCH', personPath(), { json: { is_blocked: false } })).is_blocked, false);
    },
    async 'A face'() {
      const body = { fields: { citizen_id: citizen }, files: { image: picture('SELFIE') } };
      assert.equal((await ask('POST', `${recognizer}/face/`, body)).result, true);
    },
    'A nationals': () => nationals('SELFIE', true),
    'A nationals with the face of another person': () => nationals('OTHER', false),
    'A delete person, with a JSON type and no body': () =>
      ask('DELETE', personPath(), { headers: { 'content-type': 'application/json' } }),
    'B verdict': () => verdict('bbbf9002', [ACCOUNT, PASSWORD]),
    'B sessionId null': () => verdict(null, [ACCOUNT, PASSWORD]),
    'B non-ASCII credentials': () => verdict('s', [LATIN_ACCOUNT, LATIN_PASSWORD]),
    async 'C password grant'() {
      tokens = await ask('POST', token, { form: { ...client, ...account, grant_type: 'password' } });
      authorization = { authorization: `Bearer ${tokens.access_token}` };
    },
    'C refresh': () =>
      ask('POST', token, { form: { ...client, grant_type: 'refresh_token', refresh_token: tokens.refresh_token } }),
    async 'C check_liveness'() {
      const body = { fields: { channel: 'WEB', reference: 'señal/4711' }, files: { file: picture('SELFIE') } };
      scan = await ask('POST', `${sdk}/check_liveness`, body);
      assert.equal(scan.result, 'Real');
      assert.equal(scan.faces[0].landmarks_68.length, 136);
    },
    async 'C get'() {
      assert.equal((await ask('GET', scanPath())).reference, 'señal/4711');
    },
    async 'C list'() {
      const page = await ask('GET', `${sdk}/face-liveness?page=0&size=2&sort=createdDate,desc`);
      assert.equal(page.content[0].id, scan.id);
      assert.equal(page.page?.totalElements, page.totalElements);
    },
    'C put as read': async () => put(await ask('GET', scanPath()), 'Spoof'),
    async 'C put with nulls'() {
      const entity = await ask('GET', scanPath());
      await put(Object.fromEntries(Object.keys(entity).map((name) => [name, null])), 'Real');
    },
    async 'C export'() {
      assert.match(await ask('GET', `${sdk}/face-liveness/export?format=csv`), new RegExp(scan.id));
    },
    async 'C compare_face'() {
      const body = { fields: { channel: 'WEB', reference: 'r' }, files: { file1: picture('SELFIE'), file2: picture('SELFIE') } };
      await ask('POST', '/face-recognition-sdk/v1/compare_face', body);
    },
  };
}

for (const [library, send] of Object.entries(libraries))
  for (const [name, operation] of Object.entries(operationsOf(send)))
    if (!named[library]?.includes(name)) await attempt(`${library} ${name}`, operation);
