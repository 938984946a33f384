import { randomBytes } from 'node:crypto';
import { KeyError } from '../keys/key-file.js';
import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import type { MasterKey, MasterKeys } from './master-keys.js';
import { KEY_LENGTH, SealError, seal, unseal } from './seal.js';

/** Rows rewrapped in one transaction. */
const BATCH = 200;

/** The key that opens what belongs to one person or scan. */
export type DataKey = Buffer;

const belongsTo = (subject: string): string => `data key of ${subject}`;

/**
 * Makes the key of a new subject, in the transaction that makes the subject.
 * @param subject uuid of the person or scan
 */
export async function makeDataKey(db: Database, masterKeys: MasterKeys, subject: string, now: number): Promise<DataKey> {
  const key = randomBytes(KEY_LENGTH);
  const [master] = masterKeys.read();
  await db
    .insertInto('dataKeys')
    .values({ subject, wrapped: seal(master.key, key, belongsTo(subject)), masterKey: master.id, createdAt: now })
    .execute();
  return key;
}

/** A subject's key; `undefined`: it was destroyed, or never made. @throws SealError when its master key is not there */
export async function findDataKey(db: Database, masterKeys: MasterKeys, subject: string): Promise<DataKey | undefined> {
  const row = await db.selectFrom('dataKeys').selectAll().where('subject', '=', subject).executeTakeFirst();
  return row && openDataKey(masterKeys, row);
}

/** Opens a stored data key. @throws SealError when its master key is not there */
export function openDataKey(
  masterKeys: MasterKeys,
  { subject, wrapped, masterKey }: { subject: string; wrapped: Uint8Array; masterKey: string },
): DataKey {
  return unseal(findMaster(masterKeys, masterKey).key, wrapped, belongsTo(subject));
}

function findMaster(masterKeys: MasterKeys, id: string): MasterKey {
  const master = masterKeys.read().find((key) => key.id === id);
  if (!master) throw new SealError(`the master key ${id} is not there: restore it in TRIFACE_MASTER_KEY or the key file`);
  return master;
}

/** Destroys a subject's key: what was sealed with it cannot be opened any more, here or in a copy without the master keys. */
export async function destroyDataKeys(db: Database, subjects: readonly string[]): Promise<number> {
  if (subjects.length === 0) return 0;
  const { numDeletedRows } = await db.deleteFrom('dataKeys').where('subject', 'in', subjects).executeTakeFirst();
  return Number(numDeletedRows);
}

/**
 * Seals every data key with the first master key; what they open stays as it is. Beside a running server.
 * @returns how many were sealed anew
 */
export async function rewrapDataKeys(db: Database, masterKeys: MasterKeys): Promise<number> {
  const [master] = masterKeys.read();
  for (let done = 0; ; ) {
    const rewrapped = await transact(db, async (db) => {
      const rows = await db
        .selectFrom('dataKeys')
        .selectAll()
        .where('masterKey', '!=', master.id)
        .orderBy('subject')
        .limit(BATCH)
        .execute();
      for (const row of rows) {
        const wrapped = seal(master.key, openDataKey(masterKeys, row), belongsTo(row.subject));
        await db
          .updateTable('dataKeys')
          .set({ wrapped, masterKey: master.id })
          .where('subject', '=', row.subject)
          .where('masterKey', '=', row.masterKey)
          .execute();
      }
      return rows.length;
    });
    done += rewrapped;
    if (rewrapped < BATCH) return done;
  }
}

/** Ids of the master keys that data keys are sealed with. */
export async function findMasterKeysInUse(db: Database): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('dataKeys').select('masterKey').distinct().execute();
  return new Set(rows.map(({ masterKey }) => masterKey));
}

/** For the start of a server: without the right master key it would recognise nobody, and seal new persons with another one. @throws KeyError */
export async function requireMasterKeys(db: Database, masterKeys: MasterKeys): Promise<void> {
  const known = new Set(masterKeys.read().map(({ id }) => id));
  const missing = [...(await findMasterKeysInUse(db))].filter((id) => !known.has(id));
  if (missing.length > 0)
    throw new KeyError(
      `the master key ${missing.join(', ')} is not there, and templates and pictures are sealed with it: restore it in TRIFACE_MASTER_KEY or keys/master-key`,
    );
}
