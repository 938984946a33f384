import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { sql } from 'kysely';
import { t as file, type Test, test } from 'tap';
import { confirmHits } from '../../src/gallery/confirm-hits.js';
import { enrolPerson } from '../../src/gallery/enrol-person.js';
import { readPosition } from '../../src/gallery/gallery-clock.js';
import { VectorTable } from '../../src/gallery/vector-table.js';
import { openStore } from '../../src/storage/store.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, temporaryDirectory } from '../helper.js';
import { seededVectors } from './index/unit-vectors.js';
import { openGallery } from './open-gallery.js';
import { rememberGallery } from './remember-gallery.js';
import { assessWith, openTestGallery } from './test-gallery.js';

let pglite: Promise<PGlite> | undefined;

/** An empty database in the one PGlite of this file: starting one takes seconds. */
async function startPglite(t: Test): Promise<string> {
  pglite ??= PGlite.create({ extensions: { vector } });
  const db = await pglite;
  await db.exec('drop schema public cascade; create schema public');
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 20 });
  await server.start();
  t.teardown(async () => {
    await server.stop();
  });
  return `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`;
}

file.teardown(async () => (await pglite)?.close());

test('identification with pgvector: through the server, then erased', async (t) => {
  const databaseUrl = await startPglite(t);
  const env = { DATABASE_URL: databaseUrl, TRIFACE_DATABASE_POOL: '2', TRIFACE_GALLERY_INDEX: 'pgvector' };
  const server = await startTestServer(t, env);
  const authorization = `Bearer ${await server.apiToken()}`;
  const persons = `${server.url}/api/v3.2/biometrics/recognizer/persons/`;
  const enrol = async (citizenId: string, image: Buffer) =>
    fetch(persons, {
      method: 'POST',
      headers: { authorization },
      body: form({ citizen_id: citizenId, name: citizenId, image }),
    });
  const identify = async () => {
    const answer = await fetch(`${server.url}/v1/identify`, {
      method: 'POST',
      headers: { authorization: server.basic },
      body: form({ image: await selfie(), minimum: '-1' }),
    });
    return ((await answer.json()) as { candidates: { citizenId: string; score: number; matches: boolean }[] }).candidates;
  };
  t.same(await identify(), []);
  const one = (await (await enrol('one', await selfie())).json()) as { id: number };
  t.equal((await enrol('other', await selfie('other'))).status, 201);
  const found = await identify();
  t.match(found, [
    { citizenId: 'one', matches: true },
    { citizenId: 'other', matches: false },
  ]);
  t.ok(found[0]!.score > 0.999, 'the same picture');
  const again = await enrol('again', await selfie());
  t.equal(again.headers.get('triface-duplicate-of'), String(one.id), 'duplicates are found there, too');
  t.equal((await fetch(`${persons}${one.id}/`, { method: 'DELETE', headers: { authorization } })).status, 200);
  t.match(await identify(), [{ citizenId: 'again' }, { citizenId: 'other' }]);

  const store = await openStore({ databaseUrl, dataDir: server.dataDir, poolSize: 2 });
  t.teardown(() => store.close());
  const { rows } = await (await import('kysely')).sql<{ count: number }>`select count(*) as count from gallery_vectors`.execute(
    store.db,
  );
  t.equal(rows[0]!.count, 2, 'the open template went with its enrolment');
});

test('existing sealed templates are copied; SQLite and a server without the extension are refused', async (t) => {
  const dataDir = temporaryDirectory(t);
  const sqlite = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => sqlite.close());
  const { gallery } = await openGallery(t, { store: sqlite, dataDir });
  await t.rejects(VectorTable.open(sqlite.db, gallery.masterKeys, 'm'), { name: 'StoreError', message: /requires DATABASE_URL/ });

  const databaseUrl = await startPglite(t);
  const settings = { DATABASE_URL: databaseUrl, TRIFACE_DATABASE_POOL: '2' };
  const server = await startTestServer(t, settings);
  const answer = await fetch(`${server.url}/api/v3.2/biometrics/recognizer/persons/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.apiToken()}` },
    body: form({ citizen_id: '1', name: 'One', image: await selfie() }),
  });
  t.equal(answer.status, 201);
  await server.stop();
  const store = await openStore({ databaseUrl, dataDir: server.dataDir, poolSize: 2 });
  t.teardown(() => store.close());
  const keys = (await openGallery(t, { store, dataDir: server.dataDir, databaseUrl })).gallery.masterKeys;
  const { model, companyId } = await store.db.selectFrom('enrolments').select(['model', 'companyId']).executeTakeFirstOrThrow();
  const table = await VectorTable.open(store.db, keys, model);
  const probe = new Float32Array(512).fill(1 / Math.sqrt(512));
  t.equal((await table.search({ companyId, vector: probe, limit: 5, minimum: -1 })).length, 1);
  t.same(await table.search({ companyId: 'another', vector: probe, limit: 5, minimum: -1 }), [], 'of the company alone');
  t.equal((await VectorTable.open(store.db, keys, model)) instanceof VectorTable, true, 'a second start finds all there');
});

test('a user without the right to create the extension is told whose step it is; once it is there, no right is needed', async (t) => {
  const databaseUrl = await startPglite(t);
  const db = await pglite!;
  await db.exec('drop role if exists limited; create role limited; grant all on schema public to limited; set role limited');
  t.teardown(() => db.exec('reset role'));
  const dataDir = temporaryDirectory(t);
  const store = await openStore({ databaseUrl, dataDir, poolSize: 2 });
  t.teardown(() => store.close());
  const { gallery } = await openGallery(t, { store, dataDir, databaseUrl });
  const open = () => VectorTable.open(store.db, gallery.masterKeys, 'm');
  await t.rejects(open(), { name: 'StoreError', message: /permission denied: a superuser must run `create extension vector`/ });
  await db.exec('reset role; create extension vector; set role limited');
  await (await open()).check();
});

test('a database that went back: vectors are copied again, and none belongs to another person', async (t) => {
  const databaseUrl = await startPglite(t);
  const opened = await openTestGallery(t, { databaseUrl });
  const { store, caller } = opened;
  const table = await VectorTable.open(store.db, opened.gallery.masterKeys, opened.gallery.recognitionModel);
  const gallery = { ...opened.gallery, vectors: table };
  const [base, x, y] = [0, 1, 2].map((i) => seededVectors(61, 3).slice(i * 512, (i + 1) * 512)) as Float32Array[];
  const enrol = (citizenId: string, vector: Float32Array) =>
    enrolPerson(
      gallery,
      { assessor: assessWith(store, caller)(vector), search: table },
      { caller, citizenId, name: citizenId, contract: 'test', sent: { picture: Buffer.from('a face') } },
    );
  const find = async (vector: Float32Array) => {
    await table.reach(await readPosition(store.db));
    const hits = await table.search({ companyId: caller.companyId, vector, limit: 5, minimum: 0.5 });
    return (await confirmHits(gallery, caller.companyId, vector, hits)).map(({ person }) => person.citizenId);
  };
  await enrol('base', base!);
  const goBack = await rememberGallery(store.db);
  await enrol('x', x!);
  t.same(await find(x!), ['x']);
  await goBack();
  // As if by a restore that left the vectors behind: the row of the former number is still there.
  await sql`alter table gallery_vectors drop constraint gallery_vectors_enrolment_fkey`.execute(store.db);
  await enrol('y', y!);
  t.same([await find(x!), await find(y!), await find(base!)], [[], ['y'], ['base']]);
  await sql`drop table gallery_vectors`.execute(store.db);
  await goBack();
  t.same([await find(x!), await find(y!), await find(base!)], [[], [], ['base']], 'the table is created again');
});
