import type { Right } from '../../../src/base/settings/rights.js';
import { drawCard } from '../../fixtures/cards.js';
import { selfie } from '../../fixtures/pictures.js';
import { form } from '../../helper.js';
import type { Secret, StoredData } from './stored-data.js';

/** Which credentials an operation takes: contract A's or C's token, or Basic. */
export type Scheme = 'a' | 'basic' | 'c' | 'public';

/** A request beside its method and credentials. */
export interface Sent {
  /** values of the path's parameters */
  readonly at?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: FormData | URLSearchParams | string;
}

/** One row of the table of rights: the same operation under every version and prefix. */
export interface Operation {
  /** matches METHOD and path as in openapi.yaml */
  readonly name: RegExp;
  readonly scheme: Scheme;
  /** all of them are needed; empty: an account is enough */
  readonly needs: readonly Right[];
  send?(data: StoredData, who: { readonly username: string; readonly password: string }): Promise<Sent> | Sent;
  /** of a caller with the rights */
  readonly status: number | readonly number[];
  /** what the answer shows of the stored data to a caller with these rights (default: nothing) */
  shows?(rights: readonly Right[]): readonly Secret[];
}

const readsPersons = (rights: readonly Right[]): boolean => rights.includes('persons:read');
const person: readonly Secret[] = ['name', 'citizen id', 'created at'];
const scan: readonly Secret[] = ['reference', 'measures'];
const recognised: readonly Secret[] = ['name', 'citizen id'];
const onlyFor = (right: Right, secrets: readonly Secret[]) => (rights: readonly Right[]) =>
  rights.includes(right) ? secrets : [];
let sent = 0;

const ofContractA: Operation[] = [
  {
    name: /^POST \/api\/v\S+\/biometrics\/liveness$/,
    ...{ scheme: 'a', needs: ['liveness'], status: 200 },
    send: async () => ({ body: form({ selfie: await selfie(), details: 'true', return_id: 'true' }) }),
  },
  {
    name: /^POST \/api\/v\S+\/recognizer\/face$/,
    ...{ scheme: 'a', needs: ['recognition'], status: 200 },
    send: async () => ({ body: form({ image: await selfie(), citizen_id: 'STORED-ID-1' }) }),
    shows: () => recognised,
  },
  {
    name: /^POST \/api\/(v\S+\/)?biometrics\/nationals$/,
    ...{ scheme: 'a', needs: ['liveness', 'recognition'], status: 200 },
    send: async () => ({ body: form({ selfie: await selfie(), citizen_id: 'STORED-ID-1' }) }),
    shows: () => recognised,
  },
  {
    name: /^POST \/api\/(v\S+\/)?biometrics\/foreigns$/,
    ...{ scheme: 'a', needs: ['liveness', 'recognition'], status: 200 },
    send: async () => ({
      body: form({ selfie: await selfie(), frontside: await drawCard(await selfie()), document_type: 'passport' }),
    }),
  },
  {
    name: /^GET \/api\/v\S+\/recognizer\/persons$/,
    ...{ scheme: 'a', needs: ['persons:read'], status: 200 },
    send: () => ({ query: '?page_size=1000' }),
    shows: () => [...person, 'another person'],
  },
  {
    name: /^POST \/api\/v\S+\/recognizer\/persons$/,
    ...{ scheme: 'a', needs: ['persons:write'], status: 201 },
    send: async () => ({ body: form({ citizen_id: `SENT-${++sent}`, name: 'Sent', image: await selfie() }) }),
  },
  {
    name: /^GET \/api\/v\S+\/recognizer\/persons\/{id}$/,
    ...{ scheme: 'a', needs: ['persons:read'], status: 200 },
    send: (data) => ({ at: { id: data.person } }),
    shows: () => person,
  },
  {
    name: /^GET \/api\/v\S+\/recognizer\/persons\/{id}\/image$/,
    ...{ scheme: 'a', needs: ['persons:read'], status: 200 },
    send: (data) => ({ at: { id: data.person } }),
    shows: () => ['picture'],
  },
  {
    name: /^PATCH \/api\/v\S+\/recognizer\/persons\/{id}$/,
    ...{ scheme: 'a', needs: ['persons:write'], status: 200 },
    send: (data) => ({ at: { id: data.person }, body: form({ agreed_terms: 'true' }) }),
    shows: onlyFor('persons:read', person),
  },
  {
    name: /^DELETE \/api\/v\S+\/recognizer\/persons\/{id}$/,
    ...{ scheme: 'a', needs: ['persons:write'], status: 200 },
    send: async (data) => ({ at: { id: (await data.addPerson()).person } }),
    shows: onlyFor('persons:read', person),
  },
];

const ofContractB: Operation[] = [
  {
    name: /^POST \/api\/v1\/face\/liveness$/,
    ...{ scheme: 'basic', needs: ['liveness'], status: 200 },
    send: async () => ({ body: JSON.stringify({ sessionId: 's', faceImageBase: (await selfie()).toString('base64') }) }),
  },
];

const ofContractC: Operation[] = [
  {
    name: /^POST \S*\/v1\/check_liveness$/,
    ...{ scheme: 'c', needs: ['liveness'], status: 200 },
    send: async () => ({ body: form({ channel: 'WEB', reference: 'sent', file: await selfie() }) }),
    // its own picture's
    shows: () => ['measures'],
  },
  {
    name: /^POST \S*\/v1\/compare_face$/,
    ...{ scheme: 'c', needs: ['recognition'], status: 200 },
    send: async () => ({ body: form({ channel: 'WEB', reference: 'sent', file1: await selfie(), file2: await selfie() }) }),
    // its own pictures'
    shows: () => ['measures'],
  },
  {
    name: /^GET \S*\/v1\/face-liveness\/{id}$/,
    ...{ scheme: 'c', needs: ['scans:read'], status: 200 },
    send: (data) => ({ at: { id: data.scan } }),
    shows: () => scan,
  },
  {
    name: /^PUT \S*\/v1\/face-liveness\/{id}$/,
    ...{ scheme: 'c', needs: ['scans:write'], status: 200 },
    send: (data) => ({ at: { id: data.scan }, body: '{"luminance":"Dark"}' }),
    shows: onlyFor('scans:read', scan),
  },
  {
    name: /^GET \S*\/v1\/face-liveness$/,
    ...{ scheme: 'c', needs: ['scans:read'], status: 200 },
    send: () => ({ query: '?size=200' }),
    shows: () => scan,
  },
  {
    name: /^GET \S*\/v1\/face-liveness\/export$/,
    ...{ scheme: 'c', needs: ['scans:read'], status: 200 },
    send: () => ({ query: '?format=ndjson' }),
    shows: () => scan,
  },
];

const ofOwnContract: Operation[] = [
  {
    name: /^POST \S*\/v1\/identify$/,
    ...{ scheme: 'basic', needs: ['recognition'], status: 200 },
    send: async () => ({ body: form({ image: await selfie(), minimum: '-1', limit: '100' }) }),
    shows: (rights) => (readsPersons(rights) ? [...recognised, 'another person'] : recognised),
  },
  {
    name: /^GET \/triface\/v1\/scans\/{id}\/explanation$/,
    ...{ scheme: 'basic', needs: ['scans:read'], status: 200 },
    send: (data) => ({ at: { id: data.scan } }),
    shows: () => ['measures'],
  },
  {
    name: /^GET \/triface\/v1\/scans\/{id}\/picture$/,
    ...{ scheme: 'basic', needs: ['scans:read'], status: 200 },
    send: (data) => ({ at: { id: data.scan } }),
    shows: () => ['picture'],
  },
  {
    name: /^GET \/triface\/v1\/persons\/{person}\/enrolments$/,
    ...{ scheme: 'basic', needs: ['persons:read'], status: 200 },
    send: (data) => ({ at: { person: data.person } }),
    shows: () => ['enrolment'],
  },
  {
    name: /^POST \/triface\/v1\/persons\/{person}\/enrolments$/,
    ...{ scheme: 'basic', needs: ['persons:write'], status: 201 },
    send: async (data) => ({ at: { person: data.person }, body: form({ image: await selfie() }) }),
  },
  {
    name: /^DELETE \/triface\/v1\/persons\/{person}\/enrolments\/{enrolment}$/,
    ...{ scheme: 'basic', needs: ['persons:write'], status: 204 },
    send: async (data) => ({ at: { ...(await data.addPerson()) } }),
  },
  {
    name: /^GET \/triface\/v1\/erasure-receipts\/{id}$/,
    ...{ scheme: 'basic', needs: ['persons:read'], status: 200 },
    send: (data) => ({ at: { id: data.receipt } }),
    shows: () => ['receipt'],
  },
  { name: /^GET \/triface\/v1\/erasure-receipts\/key$/, scheme: 'basic', needs: [], status: 200 },
];

const openid = '\\/realms\\/{realm}\\/protocol\\/openid-connect\\/';
/** What needs no right: one's own account, and what is public. */
const withoutRights: Operation[] = [
  {
    name: new RegExp(`^POST ${openid}token\\/introspect$`),
    ...{ scheme: 'public', needs: [], status: 403 },
    send: () => ({ body: new URLSearchParams({ client_id: 'triface', token: 'x' }) }),
  },
  {
    name: new RegExp(`^POST ${openid}auth$`),
    ...{ scheme: 'public', needs: [], status: 200 },
    send: () => ({ body: new URLSearchParams({ client_id: 'triface' }) }),
  },
  { name: new RegExp(`^(GET|POST) ${openid}userinfo$`), scheme: 'c', needs: [], status: 200 },
  {
    name: /^POST \/api\/token$/,
    ...{ scheme: 'public', needs: [], status: 200 },
    send: (_, who) => ({ body: new URLSearchParams({ ...who }) }),
  },
  { name: /^POST \/api\/token\/refresh$/, scheme: 'public', needs: [], status: 401, send: () => ({ body: '{"refresh":"x"}' }) },
  { name: new RegExp(`^GET ${openid}auth$`), scheme: 'public', needs: [], status: 400 },
  {
    name: new RegExp(`^POST ${openid}token$`),
    ...{ scheme: 'public', needs: [], status: 200 },
    send: (_, who) => ({ body: new URLSearchParams({ grant_type: 'password', client_id: 'triface', ...who }) }),
  },
  {
    name: new RegExp(`^POST ${openid}(revoke|logout)$`),
    ...{ scheme: 'public', needs: [], status: [200, 204, 303] },
    send: () => ({ body: new URLSearchParams({ client_id: 'triface', token: 'x', refresh_token: 'x' }) }),
  },
  { name: new RegExp(`^GET ${openid}(certs|logout)$`), scheme: 'public', needs: [], status: [200, 303] },
  { name: /^GET \/realms\/{realm}(\/\.well-known\/openid-configuration)?$/, scheme: 'public', needs: [], status: 200 },
  { name: /^GET \/triface\/v1\/capture\/keys$/, scheme: 'public', needs: [], status: 200 },
  { name: /^GET \/(metrics|health\/(live|ready))$/, scheme: 'public', needs: [], status: 200 },
];

/** The whole table. */
export const operations: readonly Operation[] = [
  ...ofContractA,
  ...ofContractB,
  ...ofContractC,
  ...ofOwnContract,
  ...withoutRights,
];
