import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { EvaluationError } from './sample.js';

/** How a table is read. */
export interface TableOptions {
  /** our column name → the table's column name (`species` → `kind`) */
  readonly columns?: Readonly<Record<string, string>>;
  /** `column=value` or `column!=value`; values separated by commas, `*` matches any text; a row must meet all conditions */
  readonly where?: readonly string[];
}

const bonaFideLabels = ['bona-fide', 'bona fide', 'bonafide', 'live', 'real', 'genuine'];
const attackLabels = ['attack', 'spoof', 'fake'];

/**
 * Reads a label in any letter case.
 * @param line file and line, for the message
 * @throws EvaluationError if it is neither one of `yes` nor one of `no`
 */
export function readLabel(label: string, yes: readonly string[], no: readonly string[], line: string): boolean {
  const word = label.toLowerCase();
  if (yes.includes(word)) return true;
  if (no.includes(word)) return false;
  throw new EvaluationError(
    `${line}: unknown label “${label}”; use one of ${[...yes, ...no].join(', ')}, or exclude such rows with --where`,
  );
}

/** Whether a label is that of a bona fide presentation. @throws EvaluationError for an unknown label */
export const readBonaFide = (label: string, line: string): boolean => readLabel(label, bonaFideLabels, attackLabels, line);

/** A row that meets the conditions. */
export interface Row {
  /** a cell by our column name */
  readonly cell: (name: string) => string;
  /** file and line, for messages */
  readonly line: string;
}

/**
 * Reads the rows of a table with a header, one at a time.
 * @param required our names of columns that the table must have; @param optional of those that it may have
 * @throws EvaluationError if the file cannot be read or lacks a column
 */
export async function* readRows(
  file: string,
  options: TableOptions,
  required: readonly string[],
  optional: readonly string[],
): AsyncGenerator<Row> {
  const { columns = {}, where = [] } = options;
  const known = [...required, ...optional];
  for (const name of Object.keys(columns).filter((name) => !known.includes(name)))
    throw new EvaluationError(`--columns: unknown name ${name}; use one of ${known.join(', ')}`);
  const conditions = where.map(readCondition);
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count_less: true,
    // Tables that were put together from several have both: the parser would take one from the first line.
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  createReadStream(file)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
      if (!header) {
        header = Object.keys(record);
        const wanted = [
          ...required.map((name) => columns[name] ?? name),
          ...Object.values(columns),
          ...conditions.map((c) => c.column),
        ];
        for (const column of wanted.filter((column) => !header!.includes(column)))
          throw new EvaluationError(`${file} has no column “${column}”; its columns are ${header.join(', ')}`);
      }
      if (conditions.every((condition) => condition.holds(record[condition.column] ?? '')))
        yield { cell: (name) => record[columns[name] ?? name] ?? '', line: `${file}, line ${info.lines}` };
    }
  } catch (error) {
    if (error instanceof EvaluationError) throw error;
    throw new EvaluationError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Condition {
  readonly column: string;
  holds(value: string): boolean;
}

function readCondition(text: string): Condition {
  const [, column, not, values] = text.match(/^([^=!]+)(!?)=(.*)$/) ?? [];
  if (column === undefined) throw new EvaluationError(`--where “${text}” is invalid: write column=value or column!=value`);
  const patterns = values!.split(',').map((value) => {
    const parts = value.trim().split('*');
    return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's');
  });
  return { column: column.trim(), holds: (value) => patterns.some((pattern) => pattern.test(value)) !== (not === '!') };
}
