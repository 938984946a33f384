import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AuditAction, type AuditLog, auditActions } from '../audit/audit-log.js';
import { AuditMarkError, findBase } from '../audit/audit-marks.js';
import type { Database } from '../storage/schema.js';
import { addAuditArchiveCommand } from './audit-archive.js';
import { addVerifyCommand } from './audit-verify.js';
import { withGallery } from './with-gallery.js';

/** `triface audit`: verifies, archives and lists the audit log. */
export function addAuditCommand(program: Command): void {
  const audit = program.command('audit');

  addVerifyCommand(audit);
  addAuditArchiveCommand(audit);

  audit
    .command('list')
    .description('print the most recent records, newest last, one JSON object per line')
    .option('--last <n>', 'number of records', readCount, 50)
    .option('--subject <name>', 'only records about this person, account or scan (uuid), client, ring of keys or pack')
    .option('--actor <id>', 'only records of this account (uuid), or of `operator`')
    .addOption(new Option('--action <action>', 'only records of this action; repeatable').argParser(collectAction))
    .option('--json', 'print one JSON array instead')
    .action((options: ListOptions) =>
      withGallery('audit list', async ({ store, audit }) => {
        await noteArchived(store.db, audit);
        const records = (await readRecords(store.db, options)).map(describe);
        if (options.json) return console.log(JSON.stringify(records, null, 2));
        for (const record of records) console.log(JSON.stringify(record));
      }),
    );
}

/** Says on stderr which records the list cannot show. */
async function noteArchived(db: Database, audit: AuditLog): Promise<void> {
  try {
    const { sequence } = await findBase(db, audit);
    if (sequence > 0) console.error(`records 1 to ${sequence} are not listed: they are in the files of \`audit archive\``);
  } catch (error) {
    if (!(error instanceof AuditMarkError)) throw error;
    console.error(error.message);
  }
}

interface ListOptions {
  readonly last: number;
  readonly subject?: string;
  readonly actor?: string;
  readonly action?: readonly AuditAction[];
  readonly json?: boolean;
}

/** The last records that fit, oldest first. */
async function readRecords(db: Database, { last, subject, actor, action }: ListOptions) {
  let query = db.selectFrom('auditEvents').selectAll().orderBy('sequence', 'desc').limit(last);
  if (subject !== undefined) query = query.where('subject', '=', subject);
  if (actor !== undefined) query = query.where('actor', '=', actor);
  if (action !== undefined) query = query.where('action', 'in', action);
  return (await query.execute()).reverse();
}

const describe = ({ sequence, happenedAt, detail, ...row }: Awaited<ReturnType<typeof readRecords>>[number]) => ({
  ...{ sequence, happenedAt: new Date(happenedAt).toISOString(), ...row },
  detail: JSON.parse(detail),
});

function collectAction(text: string, before: readonly AuditAction[] = []): readonly AuditAction[] {
  const action = auditActions.find((known) => known === text);
  if (!action) throw new InvalidArgumentError(`It must be one of ${auditActions.join(', ')}.`);
  return [...before, action];
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}
