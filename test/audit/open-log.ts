import type { Test } from 'tap';
import { openAuditTools } from '../../src/audit/audit-keys.js';
import type { AuditEvent } from '../../src/audit/audit-log.js';
import { ChangeLog } from '../../src/audit/change-log.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { openAccounts } from '../identity/open-accounts.js';

/** An event like many. */
export const event: AuditEvent = {
  actor: 'a',
  action: 'person.compare',
  companyId: 'c',
  subject: 's',
  detail: { matches: true },
};

/** A log of some records, a minute apart, the first of them at 60,000 ms. */
export async function openLog(t: Test, databaseUrl: string, records = 6) {
  const { store, dataDir } = await openAccounts(t, { databaseUrl });
  const clock = { ms: 0 };
  const now = () => {
    clock.ms += 60_000;
    return clock.ms;
  };
  const { audit, receipts } = await openAuditTools({ dataDir, warn: () => {}, now });
  /** As `append` for each, but faster. */
  const appendMany = (count: number) =>
    store.db.transaction().execute(async (db) => {
      let { sequence, hash } = await db.selectFrom('auditHead').selectAll().executeTakeFirstOrThrow();
      const detail = JSON.stringify(event.detail);
      const rows = Array.from({ length: count }, (_, i) => {
        sequence += 1;
        const { actor, action, companyId } = event;
        const record = { sequence, happenedAt: now(), companyId, actor, action, subject: `s${i}` };
        hash = audit.chain(hash, record, detail);
        return { ...record, detail, hash };
      });
      for (let i = 0; i < count; i += 500)
        await db
          .insertInto('auditEvents')
          .values(rows.slice(i, i + 500))
          .execute();
      await db.updateTable('auditHead').set({ sequence, hash }).execute();
    });
  const append = (more: Partial<AuditEvent> = {}) =>
    store.db.transaction().execute((db) => audit.append(db, { ...event, ...more }));
  await appendMany(records);
  const changes = new ChangeLog(audit, 'operator', { via: 'command', command: 'audit archive', host: 'test' });
  const { hash: head } = await store.db.selectFrom('auditHead').select('hash').executeTakeFirstOrThrow();
  const verify = (options = {}) => verifyAudit(store.db, audit, options);
  return { store, db: store.db, dataDir, audit, receipts, changes, append, appendMany, head, verify };
}
