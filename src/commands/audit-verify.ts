import { type Command, Option } from 'commander';
import { type AuditVerification, verifyAudit } from '../audit/verify-audit.js';
import { commandName } from '../base/command-name.js';
import { withGallery } from './with-gallery.js';

interface VerifyWords {
  readonly expect?: string;
  readonly new?: boolean;
  readonly archive?: readonly string[];
}

/** `triface audit verify`. */
export function addVerifyCommand(audit: Command): void {
  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 if a record was changed or is missing')
    .option(
      '--expect <head>',
      'head printed by an earlier verification; it must still be in the chain (this is how a truncated log is detected)',
    )
    .addOption(new Option('--new', 'only the last record of the last verification and those after it').conflicts(['archive']))
    .option(
      '--archive <file>',
      'archive of earlier records, to be verified as one chain with the database; repeatable',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .action(({ expect, new: isNewOnly, archive }: VerifyWords) =>
      withGallery('audit verify', async ({ store, audit }) => {
        const verified = await verifyAudit(store.db, audit, { expectedHead: expect, isNewOnly, archives: archive });
        if (verified.ok) for (const line of describeIntact(verified)) console.log(line);
        else {
          console.error(`the chain is broken at record ${verified.sequence}: ${verified.fault}`);
          process.exitCode = 1;
        }
      }),
    );
}

function* describeIntact({ records, first, head, archivedTo, since, hadForgedMark }: Extract<AuditVerification, { ok: true }>) {
  yield first === 1 ? `${records} records, the chain is intact` : `${records} records from ${first} on, the chain is intact`;
  yield `head ${head}`;
  if (first > 1 && since !== undefined)
    yield `not looked at: records 1 to ${first - 1}, of which the last verification (${new Date(since).toISOString()}) or earlier ones looked at ${archivedTo > 0 ? `those after ${archivedTo}; those up to it are in archives` : 'all'}. Run ${commandName} audit verify without --new to find changes of them since then`;
  else if (first > 1) yield `not looked at: records 1 to ${first - 1}, which are in archives: give their files with --archive`;
  if (hadForgedMark)
    yield 'the mark of the last verification was not set with this keys/audit-secret, and was replaced: someone without the key has changed the database, or the file was replaced';
}
