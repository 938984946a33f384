import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder, Selectable, SelectQueryBuilder } from 'kysely';
import type { Database, ScansTable, Schema } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { makeDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { addPicture } from '../vault/pictures.js';
import type { NewScan, Scan } from './scan.js';
import { changeCounts, takeOwnersTurn } from './scan-counts.js';
import { fromColumns, toColumns, withoutNul } from './scan-summary.js';

/** Stores a scan, durably once this resolves. NUL characters, which no database stores as text, are removed. */
export async function addScan(
  parts: Pick<Store, 'db' | 'now'> & { masterKeys?: MasterKeys },
  scan: NewScan,
  now: number = parts.now(),
): Promise<Pick<Scan, 'id' | 'number' | 'createdAt' | 'pictureId'>> {
  const { db, masterKeys } = parts;
  const id = randomUUID();
  const { summary, picture } = scan;
  if (!summary && !picture)
    return { id, number: await insertScan(db, scan, { id, pictureId: null }, now), createdAt: now, pictureId: null };
  return transact(db, async (db) => {
    let pictureId: string | null = null;
    if (picture) {
      if (!masterKeys) throw new Error('a picture cannot be kept without master keys');
      const key = await makeDataKey(db, masterKeys, id, now);
      pictureId = await addPicture(db, { ...picture, companyId: scan.companyId, subject: id, key }, now);
    }
    const owner = summary && (await takeOwnersTurn(db, scan.companyId));
    const number = await insertScan(db, scan, { id, pictureId }, now);
    const added = { id, number, createdAt: now, pictureId };
    if (!summary || owner == null) return added;
    const columns = toColumns(summary);
    const { accountId } = scan;
    await db
      .insertInto('scanSummaries')
      .values({
        number,
        owner,
        id,
        createdAt: now,
        updatedAt: now,
        createdBy: accountId,
        updatedBy: accountId,
        revision: 1,
        ...columns,
      })
      .execute();
    await changeCounts(db, [{ owner, ...columns, by: 1 }]);
    return added;
  });
}

async function insertScan(
  db: Database,
  scan: NewScan,
  { id, pictureId }: Pick<Scan, 'id' | 'pictureId'>,
  now: number,
): Promise<number> {
  const { companyId, accountId, contract, elapsedMs, outcome, livenessScore, finding, policyVersion } = scan;
  const { number } = await db
    .insertInto('scans')
    .values({
      id,
      companyId,
      accountId,
      contract,
      reference: withoutNul(scan.reference),
      channel: withoutNul(scan.channel),
      createdAt: now,
      updatedAt: now,
      createdBy: accountId,
      updatedBy: accountId,
      elapsedMs,
      outcome,
      livenessScore,
      finding,
      policyVersion,
      detail: JSON.stringify(scan.detail ?? null),
      pictureId,
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  return number;
}

/** The company's scan with this id; scans of other companies are not found. */
export async function findScan({ db }: Pick<Store, 'db'>, companyId: string, id: string): Promise<Scan | undefined> {
  if (id.includes('\0')) return undefined;
  const [scan] = await loadScans(
    db,
    db.selectFrom('scans').selectAll().where('id', '=', id.toLowerCase()).where('companyId', '=', companyId),
  );
  return scan;
}

/** The scans with these numbers, in the given order; deleted ones are left out. */
export async function findScansByNumber({ db }: Pick<Store, 'db'>, numbers: readonly number[]): Promise<Scan[]> {
  if (numbers.length === 0) return [];
  const scans = await loadScans(db, db.selectFrom('scans').selectAll().where('number', 'in', numbers));
  const byNumber = new Map(scans.map((scan) => [scan.number, scan]));
  return numbers.flatMap((number) => byNumber.get(number) ?? []);
}

/** The scan with this number or id in any company, for the operator. */
export async function findAnyScan({ db }: Pick<Store, 'db'>, id: string): Promise<Scan | undefined> {
  if (id.includes('\0')) return undefined;
  const rows = db.selectFrom('scans').selectAll();
  const isNumber = /^\d{1,15}$/.test(id);
  const [scan] = await loadScans(db, isNumber ? rows.where('number', '=', Number(id)) : rows.where('id', '=', id.toLowerCase()));
  return scan;
}

/** A scan of an erased person may be left for a moment, and is hidden until it is deleted. */
const isOfNoErasedPerson = ({ eb, or, exists, selectFrom }: ExpressionBuilder<Schema, 'scans'>) =>
  or([
    eb('scans.personId', 'is', null),
    exists(selectFrom('persons').select('persons.number').whereRef('persons.id', '=', 'scans.personId')),
  ]);

async function loadScans(db: Database, query: SelectQueryBuilder<Schema, 'scans', Selectable<ScansTable>>): Promise<Scan[]> {
  const rows = await query.where(isOfNoErasedPerson).execute();
  if (rows.length === 0) return [];
  const numbers = rows.map((row) => row.number);
  const summaries = await db.selectFrom('scanSummaries').selectAll().where('number', 'in', numbers).execute();
  const byNumber = new Map(summaries.map((summary) => [summary.number, summary]));
  return rows.map(({ detail, ...row }) => {
    const summary = byNumber.get(row.number);
    return {
      ...row,
      detail: JSON.parse(detail),
      summary: summary ? fromColumns(summary) : null,
      updatedAt: summary?.updatedAt ?? row.updatedAt,
      updatedBy: summary?.updatedBy ?? row.updatedBy,
      revision: summary?.revision ?? 1,
    };
  });
}
