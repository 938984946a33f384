import { type Command, InvalidArgumentError } from 'commander';
import { verifyAudit } from '../audit/verify-audit.js';
import { withGallery } from './with-gallery.js';

/** `triface audit`: who did what to whom. */
export function addAuditCommand(program: Command): void {
  const audit = program.command('audit');

  audit
    .command('verify')
    .description('recompute the whole chain; ends with an error if a record was changed or is missing')
    .option(
      '--expect <head>',
      'the head of an earlier verification, which must still be in it: a cut-off end does not show otherwise',
    )
    .action(({ expect }: { expect?: string }) =>
      withGallery(async ({ store, audit }) => {
        const verified = await verifyAudit(store.db, audit, expect);
        if (verified.ok) console.log(`${verified.records} records, the chain is whole\nhead ${verified.head}`);
        else {
          console.error(`the chain is broken at record ${verified.sequence}: ${verified.fault}`);
          process.exitCode = 1;
        }
      }),
    );

  audit
    .command('list')
    .description('the last records, the newest last, one JSON object a line')
    .option('--last <n>', 'how many', readCount, 50)
    .option('--subject <uuid>', 'of one person only')
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
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('it takes a whole number from 1.');
  return Number(text);
}
