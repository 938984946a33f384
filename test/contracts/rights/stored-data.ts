import { selfie } from '../../fixtures/pictures.js';
import { form } from '../../helper.js';
import type { Recognizer } from '../apptenticate/recognizer.js';
import { post, postJson } from '../clients.js';

/** A kind of stored data, by which an answer is searched for what it shows. */
export type Secret =
  | 'name'
  | 'citizen id'
  | 'created at'
  | 'another person'
  | 'enrolment'
  | 'picture'
  | 'reference'
  | 'measures'
  | 'receipt';

/** What the server stores before any account calls it. */
export interface StoredData {
  /** a person with the face of `selfie()` */
  readonly person: number;
  /** uuid of that person's enrolment */
  readonly enrolment: string;
  /** uuid of a scan of contract C, of the face of `selfie('other')`; its picture is kept */
  readonly scan: string;
  /** uuid of the receipt of an erased person */
  readonly receipt: string;
  /** Registers one more person with the same face, and two enrolments. @returns the person, and the second enrolment */
  addPerson(): Promise<{ readonly person: number; readonly enrolment: string }>;
  /** What an answer shows of the stored data. */
  find(answer: { readonly headers: Headers; readonly bytes: Buffer }): Secret[];
}

/** Stores persons, a scan and a receipt as an account with every right does. */
export async function storeData({ server, create, send, store, accounts }: Recognizer): Promise<StoredData> {
  const [face, otherFace] = [await selfie(), await selfie('other')];
  const basic = { authorization: `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}` };
  const texts: Record<Exclude<Secret, 'picture'>, string[]> = {
    name: ['Stored Name'],
    'citizen id': ['STORED-ID'],
    'another person': ['Other Name', 'OTHER-ID'],
    reference: ['stored reference'],
    'created at': [],
    enrolment: [],
    measures: ['landmark'],
    receipt: [],
  };
  let count = 0;
  const register = async (): Promise<number> => {
    const { json } = await create({ citizen_id: `STORED-ID-${++count}`, name: 'Stored Name', image: face });
    texts['created at'].push(json.created_at);
    return json.id;
  };
  const listEnrolments = async (person: number): Promise<string[]> => {
    const path = `/triface/v1/persons/${person}/enrolments`;
    const ids = ((await send('GET', path, { headers: basic })).json as { id: string }[]).map(({ id }) => id);
    texts.enrolment.push(...ids);
    return ids;
  };
  const person = await register();
  const [enrolment] = await listEnrolments(person);
  await create({ citizen_id: 'OTHER-ID', name: 'Other Name', image: otherFace });
  const erased = await create({ citizen_id: 'ERASED', name: 'Erased', image: otherFace });
  const { headers } = await send('DELETE', `recognizer/persons/${erased.json.id}/`);
  texts.receipt.push(headers.get('triface-erasure-receipt')!);
  const { id: receipt } = await store.db.selectFrom('erasureReceipts').select('id').executeTakeFirstOrThrow();
  await accounts.setPictureRetention(server.user, { scan: 30 });
  const bearer = await loginToContractC(server.url, server.user, server.password);
  const sent = form({ channel: 'WEB', reference: 'stored reference', file: otherFace });
  const { json: scan } = await post(`${server.url}/v1/check_liveness`, sent, { authorization: `Bearer ${bearer}` });
  texts.measures.push(String(scan.livenessScore));
  return {
    ...{ person, scan: scan.id as string, receipt },
    enrolment: enrolment!,
    async addPerson() {
      const added = await register();
      await send('POST', `/triface/v1/persons/${added}/enrolments`, { headers: basic, form: { image: face } });
      return { person: added, enrolment: (await listEnrolments(added)).at(-1)! };
    },
    find({ headers, bytes }) {
      if (bytes.equals(face) || bytes.equals(otherFace)) return ['picture'];
      const text = `${JSON.stringify([...headers])}${bytes.toString('utf8')}`;
      const shown = Object.entries(texts).filter(([, parts]) => parts.some((part) => text.includes(part)));
      return shown.map(([secret]) => secret as Secret);
    },
  };
}

/** @returns an access token of contract C, with the scopes openid and roles */
export async function loginToContractC(url: string, username: string, password: string): Promise<string> {
  const grant = { grant_type: 'password', client_id: 'triface', scope: 'openid roles', username, password };
  const answer = await fetch(`${url}/realms/triface/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(grant),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** @returns an access token of contract A */
export const loginToContractA = async (url: string, username: string, password: string): Promise<string> =>
  (await postJson(`${url}/api/token/`, { username, password })).json.access;
