import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { RunFacts } from './report-frame.js';

/** The three files of a report, in the order a reader wants them. */
export const reportFiles = ['report.html', 'report.json', 'scores.csv'] as const;

/** Pictures' paths and faces' scores are nobody else's business. */
const mode = 0o600;

/**
 * Writes report.json, report.html and scores.csv into a folder that is there.
 * @param rows of scores.csv; text that a spreadsheet would run as a formula is defused
 */
export async function writeReport(
  directory: string,
  facts: RunFacts,
  report: object,
  page: string,
  rows: Iterable<Readonly<Record<string, string | number | null>>>,
): Promise<void> {
  await writeFile(join(directory, 'report.json'), `${JSON.stringify({ ...facts, ...report }, null, 2)}\n`, { mode });
  await writeFile(join(directory, 'report.html'), page, { mode });
  await pipeline(
    Readable.from(rows),
    stringify({ header: true, escape_formulas: true }),
    createWriteStream(join(directory, 'scores.csv'), { mode }),
  );
}
