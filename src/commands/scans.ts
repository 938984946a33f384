import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { normalizeChannel } from '../contracts/dms/channel.js';
import { describeExport, type ExportFormat, exportFormats, formatScans } from '../contracts/dms/export-format.js';
import { eraseScansByReference } from '../scans/delete-scans.js';
import { readScans, readSummaries } from '../scans/read-scans.js';
import { transact } from '../storage/transaction.js';
import { findCompany } from './find-company.js';
import { readMomentOption } from './read-moment-option.js';
import { type Changing, withChanges } from './with-changes.js';

/**
 * `triface scans`: erases and exports stored scans. Works while a server is running.
 * Actions reject with OperatorError.
 */
export function addScansCommand(program: Command): void {
  const scans = program.command('scans');

  scans
    .command('erase')
    .description("delete a company's scans with a given reference, including scans that got it by a correction")
    .requiredOption('--company <name>', 'company that owns the scans')
    .requiredOption('--reference <text>', 'reference, exactly as the client sent it')
    .action(({ company, reference }: { company: string; reference: string }) =>
      withCompany('scans erase', company, async ({ store, changes }, companyId) => {
        const counts = await eraseScansByReference(store, companyId, reference, (db, scans) =>
          // Without the reference, which may name a person.
          changes.record(db, { action: 'scan.erase', companyId, subject: null, more: { scans } }),
        );
        const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
        console.log(`erased ${total} scans`);
        for (const [contract, count] of counts) console.log(`  ${contract}: ${count}`);
      }),
    );

  scans
    .command('export')
    .description("write a company's contract C scans to standard output, oldest first")
    .requiredOption('--company <name>', 'company that owns the scans')
    .addOption(
      new Option('--format <format>', 'csv: summary fields; ndjson: everything, including faces')
        .choices(exportFormats)
        .default('csv'),
    )
    .option('--no-bom', 'CSV without the UTF-8 mark, by which Excel recognises the charset')
    .option('--from <moment>', 'earliest creation time: a date-time with an offset, or a date (UTC)')
    .option('--to <moment>', 'latest creation time, inclusive')
    .option('--reference <text>', 'only scans with this reference')
    .option('--result <text>', 'only scans with this result, for example Spoof')
    .option('--channel <name>', 'only scans of this sales channel')
    .action(({ company, format, bom, from, to, reference, result, channel }: ExportOptions) =>
      withCompany('scans export', company, async ({ store, changes }, companyId) => {
        const filter = {
          reference,
          result,
          channel: channel === undefined ? undefined : normalizeChannel(channel),
          createdFrom: from === undefined ? undefined : readMomentOption('from', from, false),
          createdTo: to === undefined ? undefined : readMomentOption('to', to, true),
        };
        const source = {
          read: () => readScans(store, companyId, filter),
          readSummaries: () => readSummaries(store, companyId, filter),
        };
        await transact(store.db, (db) =>
          changes.record(db, { action: 'scan.export', companyId, subject: null, more: describeExport({ format, filter }) }),
        );
        const text = Readable.from(formatScans(source, { format, mark: bom }), { objectMode: false });
        await pipeline(text, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
          // `triface scans export | head`: the reader closed the pipe early.
          if (error.code !== 'EPIPE') throw error;
        });
      }),
    );
}

/** Options of `scans export`. */
interface ExportOptions {
  readonly company: string;
  readonly format: ExportFormat;
  readonly bom: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly reference?: string;
  readonly result?: string;
  readonly channel?: string;
}

const withCompany = (command: string, name: string, task: (parts: Changing, companyId: string) => Promise<void>): Promise<void> =>
  withChanges(command, async (parts) => task(parts, await findCompany(parts.store.db, name)));
