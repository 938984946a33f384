import { sql } from 'kysely';
import type { Database, Schema } from '../../src/storage/schema.js';

/** Whose rows are written. */
export interface RowOwner {
  readonly companyId: string;
  readonly accountId: string;
}

/** Rows for one sweep. */
export interface SweepCase {
  /** what the rows are */
  readonly rows: string;
  /** writes `count` of them. Those that expire did so at least a millisecond before `now` */
  fill(db: Database, count: number, now: number, owner: RowOwner): Promise<void>;
  /** how many are still to be handled; absent: there is nothing to do, and looking must be quick */
  left?(db: Database): Promise<number>;
}

const DAY_MS = 86_400_000;

/** `insert into … select …` for the numbers `i` from 1 to `count`, in one statement. */
const insertMany = async (db: Database, count: number, into: string, values: string): Promise<void> => {
  await sql`
    insert into ${sql.raw(into)}
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})
    select ${sql.raw(values)} from n`.execute(db);
};

const counting = (table: keyof Schema) => async (db: Database) => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
  return Number(rows[0]!.count);
};

const keyless = async (db: Database): Promise<number> =>
  (await db.selectFrom('persons').select('number').where('citizenKey', 'is', null).execute()).length;

const SCAN_COLUMNS =
  'scans (id, company_id, account_id, contract, created_at, updated_at, created_by, updated_by, elapsed_ms, outcome, policy_version, detail, picture_id)';
const PERSON_COLUMNS =
  'persons (id, company_id, citizen_id, citizen_key, name, search_text, is_blocked, agreed_terms, picture_id, created_at, updated_at, created_by)';

/** Scans with their summaries. @param account as SQL @param at epoch milliseconds */
async function fillScans(db: Database, count: number, companyId: string, account: string, at: number): Promise<void> {
  const columns = (contract: string, picture: string) =>
    `'scan' || i, '${companyId}', ${account}, '${contract}', ${at}, ${at}, 'a', 'a', 1, 'refused', '1', '{}', ${picture}`;
  await insertMany(db, count, SCAN_COLUMNS, columns('dms', 'null'));
  await db.insertInto('scanOwners').values({ companyId }).execute();
  await sql`
    insert into scan_summaries (number, owner, id, created_at, updated_at, created_by, updated_by, elapsed_time, result)
    select number, (select number from scan_owners), id, created_at, updated_at, 'a', 'a', 1, 'No face' from scans`.execute(db);
  await sql`insert into scan_counts select owner, result, '', count(*) from scan_summaries group by owner, result`.execute(db);
}

/** A picture for each number, of subject `kind || i`. */
async function fillPictures(db: Database, count: number, now: number, companyId: string, kind: string): Promise<void> {
  const subject = `'${kind}' || i, 'image/jpeg'`;
  const columns = 'pictures (id, company_id, subject, media_type, sealed, created_at, expires_at)';
  await insertMany(db, count, columns, `'picture' || i, '${companyId}', ${subject}, '1234', 1, ${now - 1}`);
  const keyColumns = 'data_keys (subject, wrapped, master_key, created_at)';
  await insertMany(db, count, keyColumns, `'${kind}' || i, '1234', 'key', 1`);
}

const addPersons = (db: Database, count: number, companyId: string, citizenId: string, key: string, picture = 'null') =>
  insertMany(
    db,
    count,
    PERSON_COLUMNS,
    `'person' || i, '${companyId}', ${citizenId}, ${key}, 'n', 'n', 0, 0, ${picture}, 1, 1, 'a'`,
  );

/** For each sweep of a server, by its name. */
export const sweepCases: Readonly<Record<string, readonly SweepCase[]>> = {
  'deleting expired scans': [
    {
      rows: 'old scans of one account',
      fill: (db, count, now, { companyId, accountId }) => fillScans(db, count, companyId, `'${accountId}'`, now - 8 * DAY_MS),
      left: counting('scans'),
    },
    {
      rows: 'accounts, each with a scan that is not old',
      async fill(db, count, now, { companyId }) {
        const columns = 'accounts (id, company_id, username, username_folded, password_hash, rights, created_at, updated_at)';
        await insertMany(db, count, columns, `'account' || i, '${companyId}', 'u' || i, 'u' || i, '', '[]', 1, 1`);
        await fillScans(db, count, companyId, "'account' || i", now - 6 * DAY_MS);
      },
    },
  ],
  'finishing interrupted erasures': [
    {
      rows: 'scans of an erased person',
      async fill(db, count, now, { companyId, accountId }) {
        const scan = `'scan' || i, '${companyId}', '${accountId}', 'apptenticate', ${now}, ${now}, 'a', 'a', 1, 'bona-fide', '1', '{}'`;
        await insertMany(db, count, SCAN_COLUMNS, `${scan}, null`);
        await db.updateTable('scans').set({ personId: 'erased' }).execute();
        await db
          .insertInto('unfinishedErasures')
          .values({
            ...{ id: 'receipt', person: 'erased', companyId, erasedAt: now, erasedBy: 'operator', change: 1 },
            ...{ enrolments: 1, pictures: 0, scans: 0, keys: 1 },
          })
          .execute();
      },
      left: counting('scans'),
    },
  ],
  'deleting expired pictures': [
    {
      rows: 'pictures of scans',
      async fill(db, count, now, { companyId, accountId }) {
        const scan = `'scan' || i, '${companyId}', '${accountId}', 'apptenticate', ${now}, ${now}, 'a', 'a', 1, 'bona-fide', '1', '{}'`;
        await insertMany(db, count, SCAN_COLUMNS, `${scan}, 'picture' || i`);
        await fillPictures(db, count, now, companyId, 'scan');
      },
      left: counting('pictures'),
    },
    {
      rows: 'pictures of persons',
      async fill(db, count, now, { companyId }) {
        await addPersons(db, count, companyId, "'c' || i", "'c' || i", "'picture' || i");
        const columns = 'enrolments (id, person, company_id, model, template, quality, picture_id, created_at, created_by)';
        await insertMany(db, count, columns, `'e' || i, i, '${companyId}', 'm', '1234', 1, 'picture' || i, 1, 'a'`);
        await fillPictures(db, count, now, companyId, 'person');
      },
      left: counting('pictures'),
    },
  ],
  'deleting old changes of the gallery': [
    {
      rows: 'changes',
      fill: (db, count, now) =>
        insertMany(
          db,
          count,
          'gallery_changes (sequence, kind, company_id, person, changed_at)',
          `i + 10, 'add', 'c', 1, ${now - 2 * 3_600_000}`,
        ),
      // The newest one stays.
      left: async (db) => (await counting('galleryChanges')(db)) - 1,
    },
    {
      rows: 'rows of dead processes',
      fill: (db, count, now) =>
        insertMany(db, count, 'gallery_replicas (id, applied, seen_at)', `'r' || i, 1, ${now - 3_600_000}`),
      left: counting('galleryReplicas'),
    },
  ],
  'filling in the keys of citizen ids': [
    {
      rows: 'persons without a key',
      fill: (db, count, _now, { companyId }) => addPersons(db, count, companyId, "'c' || i", 'null'),
      left: keyless,
    },
    {
      rows: 'persons with a key',
      fill: (db, count, _now, { companyId }) => addPersons(db, count, companyId, "'c' || i", "'c' || i"),
    },
    {
      rows: 'persons whose ids collide',
      async fill(db, count, _now, { companyId }) {
        const half = count / 2;
        await addPersons(db, half, companyId, "'c' || i", "'c' || i");
        const rows = `'other' || i, '${companyId}', 'c' || i || ' ', null, 'n', 'n', 0, 0, null, 1, 1, 'a'`;
        await insertMany(db, half, PERSON_COLUMNS, rows);
      },
    },
  ],
  'deleting expired logins': [
    {
      // All of one time: they cannot be told apart by it.
      rows: 'entities of OpenID that expired at the same time',
      fill: (db, count, now) =>
        insertMany(
          db,
          count,
          'openid_entities (model, id_hash, payload, grant_id, uid, expires_at)',
          `'Session', 'hash' || i, '{"some":"state"}', 'grant' || i, 'uid' || i, ${now - 1}`,
        ),
      left: counting('openidEntities'),
    },
  ],
  'deleting expired counts of failed logins': [
    {
      rows: 'counts',
      fill: (db, count, now) => insertMany(db, count, 'login_attempts (id, failures, expires_at)', `'a' || i, 3, ${now - 1}`),
      left: counting('loginAttempts'),
    },
  ],
  'deleting expired keys': [
    {
      rows: 'keys',
      fill: (db, count, now) =>
        insertMany(db, count, 'key_fingerprints (ring, fingerprint, expires_at)', `'openid', 'f' || i, ${now - 1}`),
      left: counting('keyFingerprints'),
    },
    {
      rows: 'rows of servers that were killed',
      fill: (db, count, now) =>
        insertMany(
          db,
          count,
          'servers (id, host, started_at, seen_at, held_keys)',
          `'s' || i, 'host', 1, ${now - DAY_MS}, '{"openid":["one","two"]}'`,
        ),
      left: counting('servers'),
    },
  ],
  'deleting expired nonces of capture packets': [
    {
      rows: 'nonces',
      fill: (db, count, now) => insertMany(db, count, 'capture_nonces (nonce_hash, expires_at)', `'nonce' || i, ${now - 1}`),
      left: counting('captureNonces'),
    },
  ],
};
