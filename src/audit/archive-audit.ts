import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { ArchiveError, type ArchiveStep, isThere, PAUSE_MS, writeArchive } from './archive-file.js';
import { followArchive, readHeader, recordLine, sealHeader } from './audit-archive.js';
import type { AuditLog } from './audit-log.js';
import { type ChainPoint, findBase, findMark, moveBase } from './audit-marks.js';
import type { ChangeRecorder } from './change-log.js';
import { ChainBreak, ChainFollower, ChainWitness, readStored } from './follow-chain.js';

/** Records deleted in one transaction. */
const BATCH = 1000;

/** What moves records to an archive. */
export interface ArchivingParts {
  readonly db: Database;
  readonly audit: AuditLog;
  /** records the archive in the log */
  readonly changes: ChangeRecorder;
}

/** Which records are archived, and where. */
export interface AuditArchiveOptions {
  /** epoch milliseconds: the records before the first one that is not older than this */
  readonly before: number;
  /** path of the archive */
  readonly file: string;
  /** called after each step */
  readonly onStep?: (step: ArchiveStep) => void;
}

/** An archive whose records are no longer in the database. */
export interface AuditArchived {
  /** sequences */
  readonly first: number;
  readonly last: number;
  /** of the file, in hexadecimal */
  readonly sha256: string;
  /** how many this call deleted: fewer than the file holds if it went on with the work of one that was interrupted */
  readonly deleted: number;
}

/**
 * Moves the oldest records to a file: writes it, verifying the chain, reads it back, and only then deletes the records in batches.
 * Each transaction that deletes also moves the point from which the chain in the database is verified; the first also records the
 * archive in the log. Interrupted at any point, no record is lost; the same call again, with the same file, goes on.
 * @returns `undefined` if no record is old enough
 * @throws ArchiveError if the file cannot be written, exists and is not the archive of the next records, or if another command
 *   archives at the same time; ChainBreak if the chain is broken, in which case nothing was deleted; AuditMarkError
 */
export async function archiveAudit(
  { db, audit, changes }: ArchivingParts,
  { before, file, onStep }: AuditArchiveOptions,
): Promise<AuditArchived | undefined> {
  const base = await findBase(db, audit);
  if (!(await isThere(file))) {
    const last = await findLastBefore(db, base, before);
    if (!last) return undefined;
    await write(db, audit, { base, last, file });
  }
  const { first, last } = await demandNext(file, audit, base);
  const steps: ChainPoint[] = [];
  const witness = await watched(db, audit, base);
  const sha256 = await followArchive(file, {
    ...{ log: audit, witness },
    onRecord: (point) => {
      if (point.sequence > base.sequence && (point.sequence % BATCH === 0 || point.sequence === last)) steps.push(point);
    },
  });
  onStep?.({ written: last - first + 1 });
  let from: ChainPoint = base;
  for (const to of steps) {
    await transact(db, async (db) => {
      await deleteBatch(db, audit, { from, to, file });
      // Recorded with the first deletion: an archive without a record has deleted nothing.
      if (from.sequence < first)
        await changes.record(db, {
          ...{ action: 'audit.archive', companyId: null, subject: null },
          more: { first, last, records: last - first + 1, sha256 },
        });
    });
    from = to;
    onStep?.({ deleted: to.sequence - base.sequence });
    await sleep(PAUSE_MS);
  }
  return { first, last, sha256, deleted: last - base.sequence };
}

/** The last record of those that are all older than `before`: times may go back, sequences do not. */
async function findLastBefore(db: Database, base: ChainPoint, before: number): Promise<ChainPoint | undefined> {
  const kept = await db
    .selectFrom('auditEvents')
    .select('sequence')
    .where('sequence', '>', base.sequence)
    .where('happenedAt', '>=', before)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  let query = db.selectFrom('auditEvents').select(['sequence', 'hash']).where('sequence', '>', base.sequence);
  if (kept) query = query.where('sequence', '<', kept.sequence);
  return query.orderBy('sequence', 'desc').limit(1).executeTakeFirst();
}

/** A witness of the points that are authenticated by the key: the base and the mark. */
async function watched(db: Database, audit: AuditLog, base: ChainPoint): Promise<ChainWitness> {
  const witness = new ChainWitness();
  witness.demand(base);
  const mark = await findMark(db, audit, 'verified');
  if (mark) witness.demand(mark);
  return witness;
}

async function write(
  db: Database,
  audit: AuditLog,
  { base, last, file }: { base: ChainPoint; last: ChainPoint; file: string },
): Promise<void> {
  const witness = await watched(db, audit, base);
  const timeOf = async (sequence: number): Promise<string> => {
    const row = await db.selectFrom('auditEvents').select('happenedAt').where('sequence', '=', sequence).executeTakeFirst();
    if (!row) throw new ChainBreak(sequence, 'a record is missing');
    return new Date(row.happenedAt).toISOString();
  };
  const first = base.sequence + 1;
  const header = sealHeader(audit, {
    ...{ triface: 'audit-archive', version: 1, first, last: last.sequence, hashBefore: base.hash, hashLast: last.hash },
    ...{ firstAt: await timeOf(first), lastAt: await timeOf(last.sequence), createdAt: new Date(audit.now()).toISOString() },
  });
  async function* lines() {
    yield JSON.stringify(header);
    const follower = new ChainFollower(audit, base, witness);
    for await (const rows of readStored(db, base.sequence, last.sequence))
      for (const row of rows) {
        follower.add(row);
        yield recordLine(row);
      }
    const { sequence } = follower.point;
    if (sequence !== last.sequence) throw new ChainBreak(sequence + 1, 'a record is missing');
  }
  await writeArchive(file, lines());
}

/** The range of a file that holds the next records to delete. @throws ArchiveError */
async function demandNext(file: string, audit: AuditLog, base: ChainPoint) {
  const { first, last } = await readHeader(file, audit);
  if (last <= base.sequence)
    throw new ArchiveError(`${file} exists already, and its records were deleted from the database: give the name of a new file`);
  if (first > base.sequence + 1)
    throw new ArchiveError(
      `${file} exists already, and begins with record ${first}, while the next to archive is ${base.sequence + 1}: give the name of a new file`,
    );
  return { first, last };
}

async function deleteBatch(
  db: Database,
  audit: AuditLog,
  { from, to, file }: { from: ChainPoint; to: ChainPoint; file: string },
): Promise<void> {
  if (!(await moveBase(db, audit, from, to)))
    throw new ArchiveError('another command archives audit records: wait until it has ended, and run this again');
  const row = await db.selectFrom('auditEvents').select('hash').where('sequence', '=', to.sequence).executeTakeFirst();
  if (row?.hash !== to.hash)
    throw new ArchiveError(
      `record ${to.sequence} in the database is not the one in ${file}, which is kept: run \`audit verify\` to find what was changed`,
    );
  await db.deleteFrom('auditEvents').where('sequence', '>', from.sequence).where('sequence', '<=', to.sequence).execute();
}
