import sharp from 'sharp';
import { asGif, asPng, asWebp, noFace, selfie } from '../../../fixtures/pictures.js';
import { shareEngine } from '../../../shared-engine.js';
import { testEach } from '../../../storage/databases.js';
import { startRecognizer } from '../../apptenticate/recognizer.js';
import { threeClients } from '../../clients.js';

/** What a picture shows. */
const pixelsOf = (picture: Buffer): Promise<Buffer> => sharp(picture).raw().toBuffer();

testEach('GET /triface/v1/scans/{id}/picture', async (t, databaseUrl) => {
  // The engine takes the buffer of a picture with it: what is kept must have been copied before.
  const { server, store, accounts, addAccount, create, face } = await startRecognizer(
    t,
    { DATABASE_URL: databaseUrl },
    shareEngine,
  );
  const clients = await threeClients(server);
  await addAccount({ username: 'stranger', company: 'Elsewhere' });
  await addAccount({ username: 'colleague', company: 'tester', rights: ['liveness'] });
  const basicOf = (user: string): string => `Basic ${Buffer.from(`${user}:${server.password}`).toString('base64')}`;
  const get = async (id: string | number, authorization = server.basic) => {
    const response = await fetch(`${server.url}/triface/v1/scans/${id}/picture`, { headers: { authorization } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const lastScan = () => store.db.selectFrom('scans').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirstOrThrow();

  await accounts.setPictureRetention(server.user, { scan: 0 });
  await clients.faceLiveness(await selfie());
  t.equal((await get((await lastScan()).id)).status, 404, 'an account that keeps none');

  await accounts.setPictureRetention(server.user, { scan: 30 });
  const sent = {
    'contract A, liveness': [await selfie(), 'image/jpeg', clients.apptenticate],
    'contract A, registration': [await selfie(), 'image/jpeg', (image) => create({ citizen_id: 'c-1', name: 'N', image })],
    'contract A, comparison': [await selfie('other'), 'image/jpeg', (image) => face({ citizen_id: 'c-1', image })],
    'contract B': [await asPng(), 'image/png', clients.faceLiveness],
    'contract C': [await asWebp(), 'image/webp', clients.dms],
    'a refused picture': [await noFace(), 'image/jpeg', clients.apptenticate],
    'a GIF': [await asGif(), 'image/gif', clients.faceLiveness],
  } satisfies Record<string, [Buffer, string, (picture: Buffer) => Promise<unknown>]>;
  for (const [name, [picture, mediaType, send]] of Object.entries(sent)) {
    const original = Buffer.from(picture);
    await send(picture);
    const { id, number } = await lastScan();
    const answer = await get(id);
    t.equal(answer.status, 200, name);
    t.ok((await pixelsOf(answer.bytes)).equals(await pixelsOf(original)), 'the same pixels');
    t.equal(answer.headers.get('content-type'), mediaType);
    t.equal(answer.headers.get('cache-control'), 'private, no-store');
    t.ok((await get(number)).bytes.equals(answer.bytes), 'by its number, too');
  }

  const { id } = await lastScan();
  t.equal((await get(id, basicOf('stranger'))).status, 404, 'of another company');
  t.equal((await get(id, basicOf('colleague'))).status, 403, 'without the right scans:read');
  t.equal((await get(id, 'Basic bm9ib2R5Og==')).status, 401);
  await clients.apptenticate(Buffer.from('not a picture'));
  t.equal((await get((await lastScan()).id)).status, 404, 'what is not a picture is not kept');
});
