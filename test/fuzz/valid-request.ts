import type { Random } from '../random.js';
import type { Operation, Part } from './document.js';
import type { Body, Draft, FormPart } from './draft.js';
import type { Credentials, World } from './world.js';

let serial = 0;

/** A request that the operation accepts, by its description: real ids, credentials and pictures. */
export async function makeValid(operation: Operation, world: World, random: Random): Promise<Draft> {
  const credentials = await world.credentials();
  const values = await listValues(operation, world, credentials, random);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? name));
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && (parameter.required || random.next() < 0.3))
    .map(({ name, schema }): [string, string] => [name, encodeURIComponent(String(values[name] ?? exampleOf(schema, random)))]);
  const authorization = authorize(operation, credentials);
  return {
    operation,
    method: operation.method,
    path: random.next() < 0.3 ? `${path}/` : path,
    query,
    headers: authorization === undefined ? [] : [['authorization', authorization]],
    body: makeBody(operation, values, random),
  };
}

function authorize({ security, path }: Operation, { apptenticate, basic, dms }: Credentials): string | undefined {
  if (security === 'apptenticate') return apptenticate;
  if (security === 'faceLiveness') return basic;
  return security === 'dms' || path.endsWith('/userinfo') ? dms : undefined;
}

/** What parameters and fields stand for, by name. */
async function listValues(
  { method, path }: Operation,
  world: World,
  { refresh, dmsRefresh }: Credentials,
  random: Random,
): Promise<Readonly<Record<string, unknown>>> {
  const { pictures, server, client } = world;
  // Tokens are introspected by clients with a secret.
  const isIntrospecting = path.endsWith('/introspect');
  const isPerson = path.includes('/persons');
  // A judged picture costs most: others are refused early.
  const picture = () => (random.next() < 0.2 ? pictures.selfie : random.pick([pictures.broken, pictures.noFace]));
  // First: it registers the person again who was erased.
  const enrolment = method === 'DELETE' ? await world.addEnrolment() : '';
  const person = world.person();
  const isErasing = method === 'DELETE' && path.endsWith('/persons/{id}');
  const scan = path.includes('face-liveness') ? world.dmsScan : path.includes('receipts') ? world.receipt : world.scan;
  return {
    id: isErasing ? await world.addPerson() : isPerson ? person.id : scan,
    person: person.id,
    enrolment,
    realm: 'triface',
    citizen_id: method === 'POST' && isPerson ? `fuzz-${++serial}` : person.citizenId,
    name: 'Ana',
    username: server.user,
    password: server.password,
    image: picture(),
    selfie: picture(),
    file: picture(),
    file1: picture(),
    file2: picture(),
    frontside: picture(),
    encrypted_file: random.next() < 0.3 ? pictures.packet : undefined,
    faceImageBase: random.next() < 0.2 ? pictures.selfie.toString('base64') : pictures.broken.toString('base64'),
    sessionId: 'session',
    document_type: 'passport',
    device: 'IOS',
    refresh,
    grant_type: random.next() < 0.5 ? 'password' : 'refresh_token',
    client_id: isIntrospecting ? client.id : 'triface',
    // Revoking or ending the login would end it for all requests.
    refresh_token: path.endsWith('/logout') ? `${dmsRefresh}x` : dmsRefresh,
    token: `${dmsRefresh}x`,
    token_type_hint: 'refresh_token',
    client_secret: isIntrospecting ? client.secret : undefined,
    code: undefined,
    code_verifier: undefined,
    id_token_hint: undefined,
    post_logout_redirect_uri: undefined,
    prompt: undefined,
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    scope: 'openid',
    channel: 'WEB',
    reference: 'fuzz',
    page: '0',
    sort: 'createdDate,desc',
    createdFrom: '2026-01-01',
    createdTo: '2026-12-31T00:00:00Z',
  };
}

function makeBody({ bodies }: Operation, values: Readonly<Record<string, unknown>>, random: Random): Body {
  const types = Object.keys(bodies);
  if (types.length === 0) return { kind: 'none' };
  const type = random.pick(types);
  const { properties = {}, required = [] } = bodies[type] as Part;
  const optional = (name: string) => random.next() < (name === 'encrypted_file' ? 0.05 : 0.5);
  const names = Object.keys(properties).filter(
    (name) =>
      (required.includes(name) || optional(name) || name === 'selfie' || name === 'client_id') &&
      (!(name in values) || values[name] !== undefined),
  );
  const fields = names.map((name) => [name, values[name] ?? exampleOf(properties[name], random)] as const);
  if (type === 'multipart/form-data') return { kind: 'multipart', parts: fields.map(([name, value]) => toPart(name, value)) };
  const texts = fields.filter(([, value]) => !Buffer.isBuffer(value));
  if (type === 'application/json') return { kind: 'json', value: Object.fromEntries(texts) };
  return { kind: 'urlencoded', fields: texts.map(([name, value]) => [name, String(value)]) };
}

const toPart = (name: string, value: unknown): FormPart =>
  Buffer.isBuffer(value)
    ? { name, filename: 'a.jpg', type: 'image/jpeg', content: value }
    : { name, content: Buffer.from(String(value)) };

/** Some value of a schema. */
function exampleOf(schema: Part, random: Random): unknown {
  if (schema.enum) return random.pick(schema.enum as unknown[]);
  if (schema.anyOf) return exampleOf(random.pick(schema.anyOf as Part[]), random);
  if (schema.type === 'boolean') return random.next() < 0.5;
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  return schema.type === 'null' ? null : 'text';
}
