import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { ScansTable } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { NewScan, Scan } from './scan.js';

/** Rows deleted in one statement: libsql is synchronous, nothing else runs meanwhile. */
const DELETE_BATCH = 500;

/** The database took `scan`: once this resolves it is on the disk. NUL characters, which no database's text holds, are left out. */
export async function addScan(
  { db }: Store,
  scan: NewScan,
  now: number = Date.now(),
): Promise<Pick<Scan, 'id' | 'number' | 'createdAt'>> {
  const id = randomUUID();
  const { companyId, accountId, contract, elapsedMs, outcome, livenessScore, finding, policyVersion } = scan;
  const { number } = await db
    .insertInto('scans')
    .values({
      id,
      companyId,
      accountId,
      contract,
      reference: storable(scan.reference),
      channel: storable(scan.channel),
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
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  return { id, number, createdAt: now };
}

/** The company's scan of this id. Another company's is not found. */
export async function findScan({ db }: Store, companyId: string, id: string): Promise<Scan | undefined> {
  if (!isStorable(id)) return undefined;
  const row = await db
    .selectFrom('scans')
    .selectAll()
    .where('id', '=', id.toLowerCase())
    .where('companyId', '=', companyId)
    .executeTakeFirst();
  return row && toScan(row);
}

/** The scan of this number or id, whosever it is: for the operator. */
export async function findAnyScan({ db }: Store, id: string): Promise<Scan | undefined> {
  if (!isStorable(id)) return undefined;
  const rows = db.selectFrom('scans').selectAll();
  const row = await (/^\d{1,15}$/.test(id)
    ? rows.where('number', '=', Number(id))
    : rows.where('id', '=', id.toLowerCase())
  ).executeTakeFirst();
  return row && toScan(row);
}

/** The company's scans with the client's reference, the newest first, at most `limit` (default 20). */
export async function findScansByReference({ db }: Store, companyId: string, reference: string, limit = 20): Promise<Scan[]> {
  const rows = await db
    .selectFrom('scans')
    .selectAll()
    .where('companyId', '=', companyId)
    .where('reference', '=', storable(reference))
    .orderBy('createdAt', 'desc')
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toScan);
}

/**
 * Deletes every company's scans made before `epochMs`, a few hundred at a time with the event loop free in between.
 * @param signal stops between two batches
 * @returns how many were deleted
 */
export async function deleteScansBefore({ db }: Store, epochMs: number, signal?: AbortSignal): Promise<number> {
  let deleted = 0;
  while (!signal?.aborted) {
    const { numDeletedRows } = await db
      .deleteFrom('scans')
      .where('number', 'in', (old) =>
        old.selectFrom('scans').select('number').where('createdAt', '<', epochMs).orderBy('createdAt').limit(DELETE_BATCH),
      )
      .executeTakeFirst();
    deleted += Number(numDeletedRows);
    if (numDeletedRows < DELETE_BATCH) break;
    await nextTurn();
  }
  return deleted;
}

function toScan({ detail, ...row }: Selectable<ScansTable>): Scan {
  return { ...row, detail: JSON.parse(detail) };
}

function storable(text: string): string;
function storable(text: string | null | undefined): string | null;
function storable(text: string | null | undefined): string | null {
  return text?.replaceAll('\0', '') ?? null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0');
}
