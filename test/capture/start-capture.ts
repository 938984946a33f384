import { join } from 'node:path';
import type { Test } from 'tap';
import type { PacketParts } from '../../src/capture/assess-packet.js';
import { type CaptureService, createCaptureService } from '../../src/capture/capture-service.js';
import { Accounts } from '../../src/identity/accounts.js';
import { PasswordHasher } from '../../src/identity/password-hasher.js';
import type { CaptureKey } from '../../src/keys/capture-key.js';
import { openKeys } from '../../src/keys/keys.js';
import type { PictureCommand } from '../../src/scans/picture-command.js';
import { createScanService, type ScanService } from '../../src/scans/scan-service.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { startTestEngine } from '../helper.js';
import { unrecorded } from '../identity/unrecorded.js';

/** The judgement of packets without a server, with a database and keys of its own. */
export interface StartedCapture {
  readonly capture: CaptureService;
  readonly store: Store;
  /** an account with the default policy */
  readonly caller: PictureCommand['caller'];
  /** the key to seal packets for */
  readonly key: CaptureKey;
}

/** @param adapt changes the scans that packets are judged by */
export async function startCapture(
  t: Test,
  adapt: (scans: ScanService) => PacketParts['scans'] = (scans) => scans,
): Promise<StartedCapture> {
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
  const capture = createCaptureService({
    scans: adapt(createScanService({ engine, store, masterKeys })),
    store,
    keys: keys.capture,
    maxPacketBytes: 4_194_304,
    maxAgeSeconds: 300,
    maxPixels: 50_000_000,
  });
  const { accountId, companyId } = account!;
  const { current } = await keys.capture.read();
  return { capture, store, caller: { accountId, companyId, policy: null, scanPictureDays: 0 }, key: current };
}
