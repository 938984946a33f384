import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { regularPolicy } from '../../src/analysis/policy.js';
import { changePerson } from '../../src/gallery/change-person.js';
import { type Enrolled, enrolPerson } from '../../src/gallery/enrol-person.js';
import type { GalleryCaller, GalleryParts } from '../../src/gallery/gallery-parts.js';
import type { MemorySearch } from '../../src/gallery/memory-search.js';
import type { FaceAssessment, FaceAssessor } from '../../src/scans/face-assessor.js';
import { addScan } from '../../src/scans/scans.js';
import type { Store } from '../../src/storage/store.js';
import { openAccounts } from '../identity/open-accounts.js';
import { openGallery } from './open-gallery.js';

/** A gallery in its own directory. Templates are given directly and no picture is analysed; everything else is real. */
export interface TestGallery {
  readonly dataDir: string;
  /** `''`: SQLite in `dataDir` */
  readonly databaseUrl: string;
  readonly store: Store;
  readonly gallery: GalleryParts;
  readonly search: MemorySearch;
  readonly caller: GalleryCaller;
  enrol(
    citizenId: string,
    vector: Float32Array,
    more?: { name?: string; picture?: Buffer; caller?: GalleryCaller },
  ): Promise<Enrolled>;
  /** Replaces a person's template, or adds one. */
  replace(person: number, vector: Float32Array, mode?: 'replace' | 'add'): Promise<void>;
}

/** @param recognition of the account that acts */
export async function openTestGallery(
  t: Test,
  { recognition = { liveness: false, duplicates: 'off' }, databaseUrl = '' }: { recognition?: object; databaseUrl?: string } = {},
): Promise<TestGallery> {
  const { dataDir, store, accounts } = await openAccounts(t, { databaseUrl });
  const account = await accounts.create({ username: 'owner', password: 'a password for tests', company: 'Gallery' });
  const caller: GalleryCaller = { ...toCaller(account), recognition: JSON.stringify(recognition) };
  const { gallery, search } = await openGallery(t, { store, dataDir, databaseUrl });
  const assess = assessWith(store, caller);
  const facesOf = (vector: Float32Array) => ({ assessor: assess(vector), search });
  return {
    ...{ dataDir, databaseUrl, store, gallery, search, caller },
    enrol: (
      citizenId,
      vector,
      { name = 'Somebody', picture = Buffer.from(`picture of ${citizenId}`), caller: by = caller } = {},
    ) => enrolPerson(gallery, facesOf(vector), { caller: by, citizenId, name, contract: 'test', sent: { picture } }),
    async replace(person, vector, mode = 'replace') {
      const picture = { mode, contract: 'test', sent: { picture: Buffer.from('another') } } as const;
      await changePerson(gallery, facesOf(vector), { caller, person, change: {}, picture });
    },
  };
}

const toCaller = ({
  id,
  ...account
}: { id?: string; accountId: string; companyId: string } & Partial<GalleryCaller>): GalleryCaller => ({
  accountId: account.accountId,
  companyId: account.companyId,
  ...{ policy: null, recognition: null, enrolmentPictureDays: null, scanPictureDays: 0 },
});

/** Accepts every picture as a face with this template, and stores a scan for it. */
export const assessWith =
  (store: Store, { accountId, companyId }: GalleryCaller) =>
  (vector: Float32Array): FaceAssessor => ({
    async assess() {
      const row = {
        ...{ companyId, accountId, contract: 'test', elapsedMs: 1, outcome: 'bona-fide', livenessScore: 1, finding: null },
        ...{ policyVersion: regularPolicy.version, detail: {} },
      };
      const scan = { ...row, ...(await addScan(store, row)) };
      const verdict = { accepted: true, findings: [], face: { embedding: vector, quality: 0.9 }, liveness: 1, faceCount: 1 };
      return { verdict, policy: regularPolicy, scan, reason: undefined, format: 'jpeg' } as unknown as FaceAssessment;
    },
  });

/** Whether there are no orphaned rows. */
export const isClean = (orphans: object): boolean =>
  Object.values(orphans)
    .flat()
    .every((count) => count === 0);

/** All files of a data directory except the keys, concatenated. */
export function readDataFiles(dataDir: string): Buffer {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^keys([/\\]|$)/.test(name))
    .map((name) => join(dataDir, name))
    .filter((path) => statSync(path).isFile());
  return Buffer.concat(files.map((path) => readFileSync(path)));
}

/**
 * Searches `within` once for any of the 24-byte sections of `bytes`.
 * @returns offset in `bytes` of the section found, or undefined
 */
export function findTrace(within: Buffer, bytes: Uint8Array): number | undefined {
  const needle = Buffer.from(bytes);
  if (needle.length <= 24) return within.includes(needle) ? 0 : undefined;
  const stretches = new Map<string, number>();
  const begins = new Uint8Array(0x1_0000);
  for (let at = 0; at + 24 <= needle.length; at += 24) {
    stretches.set(needle.toString('latin1', at, at + 24), at);
    begins[needle.readUInt16LE(at)] = 1;
  }
  for (let i = 0; i + 24 <= within.length; i++) {
    if (begins[within[i]! | (within[i + 1]! << 8)] === 0) continue;
    const at = stretches.get(within.toString('latin1', i, i + 24));
    if (at !== undefined) return at;
  }
  return undefined;
}
