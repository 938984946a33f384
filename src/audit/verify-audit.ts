import type { Selectable } from 'kysely';
import type { AuditEventsTable, Database } from '../storage/schema.js';
import type { AuditAction, AuditLog } from './audit-log.js';

/** Records read at a time. */
const BATCH = 1000;

/** The result of a verification. */
export type AuditVerification =
  | {
      readonly ok: true;
      readonly records: number /** store it outside the server: later chains must contain it */;
      readonly head: string;
    }
  | { readonly ok: false; readonly sequence: number; readonly fault: string };

/**
 * Recomputes the whole chain.
 * @param expectedHead the head from an earlier verification, which must still be in the chain; otherwise a truncated chain would
 *   go unnoticed
 */
export async function verifyAudit(db: Database, log: AuditLog, expectedHead?: string): Promise<AuditVerification> {
  const end = await db.selectFrom('auditHead').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  let previous = '';
  let sequence = 0;
  let isExpectedSeen = expectedHead === undefined || expectedHead === '';
  for (;;) {
    const rows = await db
      .selectFrom('auditEvents')
      .selectAll()
      .where('sequence', '>', sequence)
      .where('sequence', '<=', end.sequence)
      .orderBy('sequence')
      .limit(BATCH)
      .execute();
    for (const row of rows) {
      sequence += 1;
      if (row.sequence !== sequence) return { ok: false, sequence, fault: 'a record is missing' };
      previous = chainOf(log, previous, row);
      if (row.hash !== previous) return { ok: false, sequence, fault: 'the record or the one before it was changed' };
      isExpectedSeen ||= previous === expectedHead;
    }
    if (rows.length < BATCH) break;
  }
  if (sequence !== end.sequence || previous !== end.hash)
    return { ok: false, sequence: sequence + 1, fault: 'records at the end are missing' };
  if (!isExpectedSeen) return { ok: false, sequence, fault: 'the expected head is not in the chain' };
  return { ok: true, records: sequence, head: previous };
}

function chainOf(log: AuditLog, previous: string, { action, detail, ...row }: Selectable<AuditEventsTable>): string {
  return log.chain(previous, { ...row, action: action as AuditAction }, detail);
}
