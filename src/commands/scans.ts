import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats, formatScans } from '../contracts/dms/export-format.js';
import { readMoment } from '../contracts/dms/moment.js';
import { eraseScansByReference } from '../scans/delete-scans.js';
import { readScans, readSummaries } from '../scans/read-scans.js';
import type { Store } from '../storage/store.js';
import { CommandError } from './command-error.js';
import { findCompany } from './find-company.js';
import { withStore } from './with-store.js';

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
          createdFrom: from === undefined ? undefined : readOption('from', from, false),
          createdTo: to === undefined ? undefined : readOption('to', to, true),
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
    await task(store, await findCompany(store.db, name));
  });

/** @throws CommandError if the text is not a moment */
function readOption(name: string, text: string, isEnd: boolean): number {
  try {
    return readMoment(name, text, isEnd);
  } catch (error) {
    throw new CommandError(
      `--${name}: "${text}" is neither a date (2026-11-22) nor a date-time with an offset (2026-11-22T06:40:06Z)`,
      {
        cause: error,
      },
    );
  }
}
