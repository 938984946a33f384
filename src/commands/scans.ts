import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats, formatScans } from '../contracts/dms/export-format.js';
import { readMoment } from '../contracts/dms/moment.js';
import { eraseScansByReference } from '../scans/delete-scans.js';
import { readScans, readSummaries } from '../scans/read-scans.js';
import type { Store } from '../storage/store.js';
import { withStore } from './with-store.js';

/** A command that cannot be carried out as given. `message` is for the operator. */
class ScansCommandError extends Error {
  override name = 'ScansCommandError';
}

/**
 * `triface scans`: erases and exports stored scans. Works while a server is running.
 * Actions reject with ScansCommandError, SpringError (invalid date), ConfigError or StoreError; their messages are for the
 * operator.
 */
export function addScansCommand(program: Command): void {
  const scans = program.command('scans');

  scans
    .command('erase')
    .description("delete a company's scans with a given reference, including scans that got it by a correction")
    .requiredOption('--company <name>', 'company that owns the scans')
    .requiredOption('--reference <text>', 'reference, exactly as the client sent it')
    .action(({ company, reference }: { company: string; reference: string }) =>
      withCompany(company, async (store, companyId) => {
        const counts = await eraseScansByReference(store, companyId, reference);
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
    .option('--from <moment>', 'earliest creation time: a date-time with an offset, or a date (UTC)')
    .option('--to <moment>', 'latest creation time, inclusive')
    .action(({ company, format, from, to }: { company: string; format: ExportFormat; from?: string; to?: string }) =>
      withCompany(company, async (store, companyId) => {
        const period = {
          createdFrom: from === undefined ? undefined : readMoment('from', from, false),
          createdTo: to === undefined ? undefined : readMoment('to', to, true),
        };
        const source = {
          read: () => readScans(store, companyId, period),
          readSummaries: () => readSummaries(store, companyId, period),
        };
        const text = Readable.from(formatScans(source, format), { objectMode: false });
        await pipeline(text, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
          // `triface scans export | head`: the reader closed the pipe early.
          if (error.code !== 'EPIPE') throw error;
        });
      }),
    );
}

const withCompany = (name: string, task: (store: Store, companyId: string) => Promise<void>): Promise<void> =>
  withStore(async (store) => {
    const company = await store.db.selectFrom('companies').select('id').where('name', '=', name).executeTakeFirst();
    if (!company) throw new ScansCommandError(`there is no company ${JSON.stringify(name)}`);
    await task(store, company.id);
  });
