import { join } from 'node:path';
import { sql } from 'kysely';
import { test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import { createCaptureService } from '../../src/capture/capture-service.js';
import { Accounts } from '../../src/identity/accounts.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import { openKeys } from '../../src/keys/keys.js';
import type { ScanDetail } from '../../src/scans/scan-detail.js';
import { createScanService } from '../../src/scans/scan-service.js';
import { openStore } from '../../src/storage/store.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { startTestEngine } from '../helper.js';
import { unrecorded } from '../identity/unrecorded.js';
import { hash, type MadeCapture, makeCapture, renew, seal } from './made-capture.js';

test('assessing packets', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  const account = await new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded }).createFirst({
    username: 'tester',
    password: 'correct horse battery',
  });
  const keys = await openKeys({ dataDir, warn: () => {} });
  const engine = await startTestEngine(t);
  const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  const scans = createScanService({ engine, store, masterKeys });
  let busy = 0;
  const capture = createCaptureService({
    scans: {
      ...scans,
      // as if every worker were busy
      observe: (command) => (busy-- > 0 ? Promise.reject(new BusyError('full', 1)) : scans.observe(command)),
    },
    store,
    keys: keys.capture,
    maxPacketBytes: 4_194_304,
    maxAgeSeconds: 300,
    maxPixels: 50_000_000,
  });
  const caller = { accountId: account!.accountId, companyId: account!.companyId, policy: null, scanPictureDays: 0 };
  const { current } = await keys.capture.read();
  const assess = async (made: MadeCapture) =>
    capture.assess({ caller, contract: 'test', sent: { packet: await seal(made, current) } });
  const made = await makeCapture({ kind: 'live' });

  await t.test('a packet refused because the server was busy can be sent again', async (t) => {
    busy = 1;
    await t.rejects(assess(made), BusyError);
    t.equal((await assess(made)).verdict.accepted, true);
    t.equal((await assess(made)).verdict.findings[0], 'injection', 'and then no more');
  });

  await t.test('a packet whose scan could not be stored can be sent again, and is no attack', async (t) => {
    const again = renew(made);
    await sql`alter table scans rename to lost`.execute(store.db);
    await t.rejects(assess(again), /no such table/);
    await sql`alter table lost rename to scans`.execute(store.db);
    t.same((await assess(again)).verdict.findings, []);
    t.same((await assess(again)).verdict.findings, ['injection'], 'and then no more');
  });

  await t.test('liveness is the mean of the photo’s and the frames’ median; the photo is returned for recognition', async (t) => {
    const { scan, verdict, photo } = await assess(renew(made));
    t.ok(Buffer.from(made.photo).equals(photo!));
    const { frames } = (scan.detail as ScanDetail).capture!;
    t.equal(frames!.frameLiveness.length, 3);
    const sorted = [...frames!.frameLiveness].sort((a, b) => a! - b!) as number[];
    t.ok(Math.abs(verdict.liveness! - (frames!.photoLiveness + sorted[1]!) / 2) < 1e-6);
    t.equal(scan.livenessScore, verdict.liveness);
    t.equal(scan.policyVersion, 'regular-3 capture-2');
    const stored = JSON.stringify(scan);
    for (const secret of [made.header.camera.label, made.header.page.userAgent, made.header.photo.sha256, made.header.nonce])
      t.notOk(stored.includes(secret), 'nothing of the packet is stored but numbers');
  });

  await t.test('a packet whose pictures are invalid', async (t) => {
    const garbage = Buffer.from('no JPEG at all, for as long as it takes');
    const { header } = made;
    const photo = { ...header.photo, length: garbage.length, sha256: hash(garbage) };
    const broken = await assess({ ...renew(made, { photo }), photo: garbage });
    t.same(broken.verdict.findings, ['injection', 'image-unreadable']);
    const isJpeg = header.frames.map(({ kind }) => kind === 'jpeg');
    const parts = header.frames.map((part, i) => (isJpeg[i] ? { ...part, length: garbage.length } : part));
    const frames = made.frames.map((frame, i) => (isJpeg[i] ? garbage : frame));
    const without = await assess({ ...renew(made, { frames: parts }), frames });
    t.same(without.verdict.findings, ['injection']);
    t.same((without.scan.detail as ScanDetail).capture!.frames!.frameLiveness, [null, null, null]);
  });
});
