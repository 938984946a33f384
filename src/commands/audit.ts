import { type Command, InvalidArgumentError } from 'commander';
import { verifyAudit } from '../audit/verify-audit.js';
import { withGallery } from './with-gallery.js';

/** `triface audit`: verifies and lists the audit log. */
export function addAuditCommand(program: Command): void {
  const audit = program.command('audit');

  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 if a record was changed or is missing')
    .option(
      '--expect <head>',
      'head printed by an earlier verification; it must still be in the chain (this is how a truncated log is detected)',
    )
    .action(({ expect }: { expect?: string }) =>
      withGallery(async ({ store, audit }) => {
        const verified = await verifyAudit(store.db, audit, expect);
        if (verified.ok) console.log(`${verified.records} records, the chain is intact\nhead ${verified.head}`);
        else {
          console.error(`the chain is broken at record ${verified.sequence}: ${verified.fault}`);
          process.exitCode = 1;
        }
      }),
    );

  audit
    .command('list')
    .description('print the most recent records, newest last, one JSON object per line')
    .option('--last <n>', 'number of records', readCount, 50)
    .option('--subject <uuid>', 'only records about this person')
    .action(({ last, subject }: { last: number; subject?: string }) =>
      withGallery(async ({ store }) => {
        const all = store.db.selectFrom('auditEvents').selectAll().orderBy('sequence', 'desc').limit(last);
        const rows = await (subject === undefined ? all : all.where('subject', '=', subject)).execute();
        for (const { sequence, happenedAt, detail, ...row } of rows.reverse())
          console.log(
            JSON.stringify({ sequence, happenedAt: new Date(happenedAt).toISOString(), ...row, detail: JSON.parse(detail) }),
          );
      }),
    );
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}
