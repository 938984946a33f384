import { randomBytes, randomUUID } from 'node:crypto';
import type { Owner } from './bed.js';
import type { BenchDatabase } from './database.js';
import { fillAccounts, fillOpenId, insertMany } from './fill-accounts.js';
import { fillKeys } from './fill-persons.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a server deletes at its start. */
export interface Expiring {
  readonly name: string;
  /** Inserts what has expired, while the server is stopped. @param size rows of the database */
  prepare(database: BenchDatabase, owner: Owner, size: number): Promise<void>;
  /** the number of rows that are still to be deleted; absent: nothing is to be deleted */
  readonly left?: (database: BenchDatabase) => Promise<number>;
}

const count = async (database: BenchDatabase, from: string): Promise<number> =>
  Number((await database.query(`select count(*) as count from ${from}`))[0]!.count);

/** A tenth of the rows. */
export const tenthOf = (size: number): number => Math.ceil(size / 10);

/** All that expires, in the order of measurement: accounts come last, because they stay. */
export const expiring: readonly Expiring[] = [
  { name: 'nothing expired', prepare: async () => {} },
  {
    name: 'expired pictures (a tenth of the rows, at most 300)',
    prepare: async (database, owner, size) => {
      const wanted = Math.min(300, tenthOf(size));
      const every = Math.floor(size / wanted);
      const scans = await database.query(`select number, id from scans where number % ${every} = 0 limit ${wanted}`);
      const ids = scans.map(({ id }) => String(id));
      await fillKeys(database, ids);
      const pictures = scans.map(({ number }) => ({ id: randomUUID(), number: Number(number) }));
      const past = Date.now() - HOUR_MS;
      await database.insert(
        'pictures',
        ['id', 'company_id', 'subject', 'media_type', 'sealed', 'created_at', 'expires_at'],
        pictures.map(({ id }, i) => [id, owner.companyId, ids[i]!, 'image/jpeg', randomBytes(30_000), past - DAY_MS, past]),
      );
      for (const { id, number } of pictures) await database.query('update scans set picture_id = ? where number = ?', id, number);
    },
    left: (database) => count(database, 'pictures where expires_at is not null'),
  },
  {
    name: 'nonces (all rows)',
    prepare: (database, _owner, size) =>
      insertMany(database, 'capture_nonces', ['nonce_hash', 'expires_at'], size, () => [
        randomBytes(32).toString('hex'),
        Date.now() - HOUR_MS,
      ]),
    left: (database) => count(database, 'capture_nonces'),
  },
  {
    name: 'gallery changes (all rows)',
    prepare: async (database, _owner, size) => {
      const [clock] = await database.query('select value from gallery_clock where id = 1');
      const before = Number(clock!.value);
      const columns = ['sequence', 'kind', 'company_id', 'person', 'enrolment', 'changed_at'];
      const at = Date.now() - 2 * HOUR_MS;
      await insertMany(database, 'gallery_changes', columns, size, (n) => [before + n, 'remove', '', 0, null, at]);
      await database.query('update gallery_clock set value = ? where id = 1', before + size);
    },
    // The newest change stays.
    left: async (database) => Math.max(0, (await count(database, 'gallery_changes')) - 1),
  },
  {
    name: 'expired OpenID rows (all rows)',
    prepare: (database, _owner, size) => fillOpenId(database, size, Date.now() - HOUR_MS),
    left: (database) => count(database, `openid_entities where expires_at < ${Date.now() - HOUR_MS / 2}`),
  },
  {
    name: 'retention of scans (a tenth of the rows)',
    prepare: async (database, _owner, size) => {
      const from = Number((await database.query('select min(number) as least from scans'))[0]!.least);
      const before = Date.now() - 200 * DAY_MS;
      for (const table of ['scans', 'scan_summaries'])
        await database.query(`update ${table} set created_at = ? where number < ?`, before, from + tenthOf(size));
    },
    left: (database) => count(database, `scans where created_at < ${Date.now() - 100 * DAY_MS}`),
  },
  {
    name: 'retention of accounts without old scans (one account per row)',
    prepare: (database, owner, size) => fillAccounts(database, owner, size),
  },
];
