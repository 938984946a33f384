import { join } from 'node:path';
import { type AuditArchiveOptions, archiveAudit } from '../../src/audit/archive-audit.js';
import { temporaryDirectory } from '../helper.js';
import { openLog } from './open-log.js';

/** Later than all records that were appended so far. */
const always = Number.MAX_SAFE_INTEGER;
/** The time of a record of {@link openLog}, by its sequence. */
export const minutes = (count: number) => count * 60_000;

/** A log, and a function that archives its oldest records. */
export async function openArchiving(...[t, databaseUrl, records]: Parameters<typeof openLog>) {
  const log = await openLog(t, databaseUrl, records);
  const directory = temporaryDirectory(t);
  const archive = (file: string, before = always, onStep?: AuditArchiveOptions['onStep']) =>
    archiveAudit(log, { before, file: join(directory, file), ...(onStep && { onStep }) });
  const firstStored = async () =>
    (await log.db.selectFrom('auditEvents').select('sequence').orderBy('sequence').limit(1).executeTakeFirst())?.sequence;
  const verifyWith = (...files: string[]) => log.verify({ archives: files.map((file) => join(directory, file)) });
  return { ...log, directory, archive, firstStored, verifyWith };
}
