import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely } from 'kysely';
import Libsql from 'libsql';
import { test } from 'tap';
import { regularPolicy } from '../../src/analysis/policy.js';
import { renderScan, summarize } from '../../src/contracts/dms/render.js';
import { listScans } from '../../src/scans/list-scans.js';
import type { ScanDetail } from '../../src/scans/scan-detail.js';
import { findScan } from '../../src/scans/scans.js';
import { migrate } from '../../src/storage/migrate.js';
import type { Schema } from '../../src/storage/schema.js';
import { fixedConnection } from '../../src/storage/sqlite-connection.js';
import { LibsqlDialect } from '../../src/storage/sqlite-dialect.js';
import { openStore } from '../../src/storage/store.js';

const number = (from: number, to: number): number => from + Math.random() * (to - from);

function makeDetail(index: number): ScanDetail {
  const face = {
    box: { x1: number(0, 100), y1: number(0, 100), x2: number(500, 640), y2: number(400, 480) },
    detectionScore: 0.9,
    landmarks: [],
    eyeDistance: number(60, 140),
    pose: { yaw: number(-15, 15), roll: number(-5, 5), pitch: number(-5, 5) },
    leftEyeClosed: number(0.6, 1),
    rightEyeClosed: 0.1,
    mouthOpened: Math.random(),
    luminance: number(0, 255),
    burntOut: 0,
    contrast: 50,
    sharpness: 1,
    visibleFraction: 1,
    occlusion: number(0.8, 1),
    occlusionSignals: {
      mouthColour: 1,
      eyeDarkness: 1,
      eyeAsymmetry: 0,
      eyeColour: 0,
      eyesUnseen: 0,
      landmarkDisagreement: 0,
      meshLogit: 9,
    },
    quality: Math.random(),
    judgeability: 1,
    photographic: 1,
    photographSignals: { skinRed: 20, polarity: 1 },
    liveness: Number(Math.random().toFixed(7)),
    livenessSignals: { network: 3, periodicity: 2, straightEdges: 1 },
    livenessScores: { shipped: 0.9 },
    livenessViews: 3,
  };
  // Contract C's rows of that version were judged at 0.7.
  const judged = { livenessModels: 'shipped', uncertain: false, policy: { ...regularPolicy, liveness: 0.7 }, scene: null };
  const size = { width: 640, height: 480 };
  if (index % 5 === 0) return { findings: ['face-not-found'], faceCount: 0, ...judged, ...size, faces: [] };
  if (index % 5 === 1) return { findings: ['too-many-faces'], faceCount: 2, ...judged, ...size, faces: [face, face] };
  if (index % 5 === 2) return { findings: ['image-unreadable'], faceCount: 0, ...judged, width: null, height: null, faces: [] };
  return { findings: index % 5 === 3 ? ['attack'] : [], faceCount: 1, ...judged, ...size, faces: [face] };
}

test('a database of 0001 with scans is migrated; each scan shows the same as before', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  mkdirSync(dataDir);
  const database = new Libsql(join(dataDir, 'triface.db'));
  const db = new Kysely<Schema>({ dialect: new LibsqlDialect(fixedConnection(database)), plugins: [new CamelCasePlugin()] });
  await migrate(db, '0001-accounts-and-scans');
  const companies = ['one', 'two'];
  const scans: {
    id: string;
    companyId: string;
    detail: ScanDetail;
    reference: string | null;
    channel: string | null;
    elapsedMs: number;
  }[] = [];
  for (const id of companies) {
    await db.insertInto('companies').values({ id, name: id, createdAt: 1 }).execute();
    database
      .prepare(
        "insert into accounts (id, company_id, username, username_folded, password_hash, rights, created_at, updated_at) values (?,?,?,?,'x','[]',1,1)",
      )
      .run([`account ${id}`, id, id, id]);
  }
  await db.transaction().execute(async (db) => {
    for (let index = 0; index < 1203; index++) {
      const scan = {
        id: randomUUID(),
        companyId: companies[index % 2]!,
        detail: makeDetail(index),
        reference: index % 7 ? `r${index}` : null,
        channel: index % 3 ? 'WEB' : null,
        elapsedMs: Math.round(Math.random() * 1000) / 10,
      };
      const accountId = `account ${scan.companyId}`;
      const contract = index % 4 === 3 ? 'apptenticate' : 'dms';
      if (contract === 'dms') scans.push(scan);
      await db
        .insertInto('scans')
        .values({
          ...{ ...scan, accountId, contract, detail: JSON.stringify(scan.detail), createdAt: index, updatedAt: index },
          ...{ createdBy: accountId, updatedBy: accountId, outcome: 'x', livenessScore: null, finding: null, policyVersion: '1' },
        })
        .execute();
    }
  });
  await db.destroy();

  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  for (const scan of scans) {
    const found = (await findScan(store, scan.companyId, scan.id))!;
    const expected = summarize(scan);
    t.strictSame(found.summary, expected);
    t.strictSame(renderScan(found), renderScan({ ...found, summary: null }));
  }
  for (const companyId of companies) {
    const total = scans.filter((scan) => scan.companyId === companyId).length;
    const listing = { companyId, sort: [], offset: 0, limit: 5 };
    t.equal((await listScans(store, { ...listing, filter: {} })).total, total);
    const spoofs = scans.filter((scan) => scan.companyId === companyId && summarize(scan).result === 'Spoof');
    t.equal((await listScans(store, { ...listing, filter: { result: 'Spoof' } })).total, spoofs.length);
    t.ok(spoofs.length > 0);
  }
  t.equal((await store.db.selectFrom('scans').select('id').execute()).length, 1203);
  t.same((await store.db.selectFrom('accounts').select('retentionDays').execute())[0], { retentionDays: null });
});

test('every migration in the directory is run', async (t) => {
  const directory = new URL('../../src/storage/migrations/', import.meta.url);
  const source = readFileSync(new URL('../../src/storage/migrate.js', import.meta.url), 'utf8');
  const names = readdirSync(directory).filter((name) => /^\d{4}-.*\.js$/.test(name) && name !== '0002-summarize.js');
  for (const name of names) t.ok(new RegExp(`["']${name.slice(0, -3)}["']`).test(source), name);
});
