import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEnrolment } from '../src/gallery/enrolments.js';
import { type GalleryChange, type GalleryPosition, readPosition, recordChanges } from '../src/gallery/gallery-clock.js';
import { Accounts } from '../src/identity/accounts.js';
import { PasswordHasher } from '../src/identity/password-hasher.js';
import { openStore, type Store } from '../src/storage/store.js';
import { transact } from '../src/storage/transaction.js';
import { makeDataKey } from '../src/vault/data-keys.js';
import { type MasterKeys, openMasterKeys } from '../src/vault/master-keys.js';
import { unrecorded } from '../test/identity/unrecorded.js';

/** Values in a template. */
const dimension = 512;
/** Name of the recognition model where it does not matter. */
export const model = 'bench';

/** A database with this many persons, each with the template of their position (numbers count from 1). */
export class FilledGallery {
  private constructor(
    readonly dataDir: string,
    private readonly store: Store,
    private readonly masterKeys: MasterKeys,
    readonly account: { readonly accountId: string; readonly companyId: string },
    private readonly recognitionModel: string,
  ) {}

  /** @param recognitionModel name of the model whose templates they are; a server searches only those of its own */
  static async create(recognitionModel = model): Promise<FilledGallery> {
    const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-'));
    const store = await openStore({ databaseUrl: '', dataDir });
    const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
    const account = await accounts.create({ username: 'bench', password: 'bench bench bench' });
    const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
    return new FilledGallery(dataDir, store, masterKeys, account, recognitionModel);
  }

  /** Enrols one person per vector, in one transaction. */
  async enrol(vectors: Float32Array): Promise<void> {
    const { companyId, accountId } = this.account;
    const now = Date.now();
    await transact(this.store.db, async (db) => {
      const changes: GalleryChange[] = [];
      for (let from = 0; from < vectors.length; from += dimension) {
        const owner = { id: randomUUID(), companyId, name: 'N', citizenId: randomUUID(), createdAt: now, updatedAt: now };
        const { number } = await db
          .insertInto('persons')
          .values({ ...owner, searchText: 'n', isBlocked: 0, agreedTerms: 0, pictureId: null, createdBy: accountId })
          .returning('number')
          .executeTakeFirstOrThrow();
        const key = await makeDataKey(db, this.masterKeys, owner.id, now);
        const vector = vectors.subarray(from, from + dimension);
        const enrolment = { accountId, model: this.recognitionModel, vector, quality: 1 };
        const added = await addEnrolment(db, {}, { ...owner, number }, key, enrolment, now);
        changes.push({ kind: 'add', companyId, person: number, enrolment: added.number });
      }
      await recordChanges(db, changes, now);
    });
  }

  readPosition(): Promise<GalleryPosition> {
    return readPosition(this.store.db);
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
