import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { disarmFormulas } from '../base/disarm-formulas.js';
import type { RunFacts } from './report-frame.js';

/** The files of a report, most readable first. */
export const reportFiles = ['report.html', 'report.json', 'scores.csv'] as const;

/** Paths of pictures and scores of faces are private: only the owner may read the files. */
const mode = 0o600;

/**
 * Writes report.json, report.html and scores.csv to an existing folder.
 * @param rows of scores.csv; text that a spreadsheet would evaluate as a formula is escaped
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
    stringify({ header: true, cast: { string: disarmFormulas } }),
    createWriteStream(join(directory, 'scores.csv'), { mode }),
  );
}
