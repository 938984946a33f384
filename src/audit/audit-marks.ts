import { OperatorError } from '../base/operator-error.js';
import type { Database } from '../storage/schema.js';
import type { AuditLog } from './audit-log.js';

/** A place in the chain. */
export interface ChainPoint {
  /** of a record; 0: before the first */
  readonly sequence: number;
  /** of that record; empty before the first */
  readonly hash: string;
}

/** A point that is authenticated by an HMAC of the audit key. */
export interface AuditMark extends ChainPoint {
  /** epoch milliseconds */
  readonly setAt: number;
}

/** `verified`: where the last verification ended; `base`: the last record that was moved to an archive. */
export type MarkName = 'verified' | 'base';

/** A mark is missing, or was set without the key. */
export class AuditMarkError extends OperatorError {
  override name = 'AuditMarkError';
}

/** Before the first record: the base of a chain of which nothing was archived. */
const BEGINNING: AuditMark = { sequence: 0, hash: '', setAt: 0 };

/** @throws AuditMarkError if it was set without the key */
export async function findMark(db: Database, log: AuditLog, name: MarkName): Promise<AuditMark | undefined> {
  const row = await db.selectFrom('auditMarks').selectAll().where('name', '=', name).executeTakeFirst();
  if (!row) return undefined;
  const { sequence, hash, setAt, mac } = row;
  if (mac !== macOf(log, name, { sequence, hash, setAt }))
    throw new AuditMarkError(
      `the mark "${name}" of the audit log, at record ${sequence}, was not set with the key keys/audit-secret of this data directory: restore that file from a backup if it was replaced; otherwise the database was changed by someone without the key${name === 'verified' ? '. A verification of the whole chain replaces this mark' : ''}`,
    );
  return { sequence, hash, setAt };
}

/** The point after which the records in the database begin. @throws AuditMarkError if it was set without the key */
export const findBase = async (db: Database, log: AuditLog): Promise<AuditMark> => (await findMark(db, log, 'base')) ?? BEGINNING;

/** Sets the mark of the last verification. */
export async function markVerified(db: Database, log: AuditLog, { sequence, hash }: ChainPoint): Promise<void> {
  const { name, ...row } = sealed(log, 'verified', { sequence, hash });
  await db
    .insertInto('auditMarks')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/**
 * Moves the base, in the transaction that deletes the records up to it.
 * @returns false if it is not at `from`: another command has moved it
 */
export async function moveBase(db: Database, log: AuditLog, from: ChainPoint, to: ChainPoint): Promise<boolean> {
  const { name, ...row } = sealed(log, 'base', to);
  if (from.sequence > 0) {
    const { numUpdatedRows } = await db
      .updateTable('auditMarks')
      .set(row)
      .where('name', '=', name)
      .where('sequence', '=', from.sequence)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('auditMarks')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

function sealed(log: AuditLog, name: MarkName, { sequence, hash }: ChainPoint) {
  const mark = { sequence, hash, setAt: log.now() };
  return { name, ...mark, mac: macOf(log, name, mark) };
}

const macOf = (log: AuditLog, name: MarkName, { sequence, hash, setAt }: AuditMark): string =>
  log.seal(['mark', name, sequence, hash, setAt]);
