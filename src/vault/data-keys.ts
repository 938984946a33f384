import { randomBytes } from 'node:crypto';
import type { MasterKey } from '../base/settings/master-keys.js';
import { UnavailableError } from '../base/unavailable-error.js';
import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import type { MasterKeys } from './master-keys.js';
import { KEY_LENGTH, seal, unseal } from './seal.js';

/** Rows rewrapped per transaction. */
const BATCH = 200;

/** The key that seals the data of one person or scan. */
export type DataKey = Buffer;

const belongsTo = (subject: string): string => `data key of ${subject}`;

/**
 * Creates the key of a new subject, in the transaction that creates the subject.
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

/** A subject's key. @returns `undefined` if it was destroyed or never created @throws UnavailableError if its master key is missing */
export async function findDataKey(db: Database, masterKeys: MasterKeys, subject: string): Promise<DataKey | undefined> {
  const row = await db.selectFrom('dataKeys').selectAll().where('subject', '=', subject).executeTakeFirst();
  return row && openDataKey(masterKeys, row);
}

/**
 * The master keys for many data keys that are opened at once: they are read once, with the first one, since each reading looks at the
 * file. A failure is not kept.
 */
export function holdMasterKeys(masterKeys: Pick<MasterKeys, 'read'>): Pick<MasterKeys, 'read'> {
  let held: ReturnType<MasterKeys['read']> | undefined;
  return {
    read() {
      held ??= masterKeys.read();
      return held;
    },
  };
}

/** Opens a stored data key. @throws UnavailableError if its master key is missing; SealError */
export function openDataKey(
  masterKeys: Pick<MasterKeys, 'read'>,
  { subject, wrapped, masterKey }: { subject: string; wrapped: Uint8Array; masterKey: string },
): DataKey {
  return unseal(findMaster(masterKeys, masterKey).key, wrapped, belongsTo(subject));
}

function findMaster(masterKeys: Pick<MasterKeys, 'read'>, id: string): MasterKey {
  const master = masterKeys.read().find((key) => key.id === id);
  if (!master)
    throw new UnavailableError('keys', `the master key ${id} is missing: restore it in TRIFACE_MASTER_KEY or keys/master-key`);
  return master;
}

/**
 * Destroys subjects' keys: data sealed with them can no longer be opened, here or in a copy without the master keys.
 * @returns the number of keys
 */
export async function destroyDataKeys(db: Database, subjects: readonly string[]): Promise<number> {
  if (subjects.length === 0) return 0;
  const { numDeletedRows } = await db.deleteFrom('dataKeys').where('subject', 'in', subjects).executeTakeFirst();
  return Number(numDeletedRows);
}

/**
 * Seals every data key with the first master key; the data itself stays unchanged. Safe while a server is running.
 * @returns the number of keys resealed
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

/** Ids of the master keys that seal data keys. From one to the next in the index: `distinct` would read every data key. */
export async function findMasterKeysInUse(db: Database): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const ids = db.selectFrom('dataKeys').select('masterKey').orderBy('masterKey').limit(1);
  for (let next = await ids.executeTakeFirst(); next; ) {
    found.add(next.masterKey);
    next = await ids.where('masterKey', '>', next.masterKey).executeTakeFirst();
  }
  return found;
}
