import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { EvaluationError, type LivenessSample, type PairSample } from './sample.js';

/** How a table is read. */
export interface TableOptions {
  /** our column name → the table's column name (`species` → `kind`) */
  readonly columns?: Readonly<Record<string, string>>;
  /** `column=value` or `column!=value`; values separated by commas, `*` matches any text; a row must meet all conditions */
  readonly where?: readonly string[];
}

const bonaFideLabels = ['bona-fide', 'bona fide', 'bonafide', 'live', 'real', 'genuine'];
const attackLabels = ['attack', 'spoof', 'fake'];
const sameLabels = ['same', '1', 'true', 'genuine'];
const differentLabels = ['different', '0', 'false', 'impostor'];

/** Reads `path,label[,species[,source]]`. @throws EvaluationError naming the line */
export async function readLivenessTable(file: string, options: TableOptions = {}): Promise<LivenessSample[]> {
  const samples: LivenessSample[] = [];
  for await (const { cell, line } of readRows(file, options, ['path', 'label'], ['species', 'source'])) {
    const bonaFide = readLabel(cell('label'), bonaFideLabels, attackLabels, line);
    const species = cell('species') || (bonaFide ? '' : 'attack');
    samples.push({ path: cell('path'), bonaFide, species, source: cell('source') });
  }
  return samples;
}

/** Reads `path_a,path_b,label`. @throws EvaluationError naming the line */
export async function readPairTable(file: string, options: TableOptions = {}): Promise<PairSample[]> {
  const samples: PairSample[] = [];
  for await (const { cell, line } of readRows(file, options, ['path_a', 'path_b', 'label'], [])) {
    const same = readLabel(cell('label'), sameLabels, differentLabels, line);
    samples.push({ pathA: cell('path_a'), pathB: cell('path_b'), same });
  }
  return samples;
}

function readLabel(label: string, yes: readonly string[], no: readonly string[], line: string): boolean {
  const word = label.toLowerCase();
  if (yes.includes(word)) return true;
  if (no.includes(word)) return false;
  throw new EvaluationError(
    `${line}: unknown label “${label}”; use one of ${[...yes, ...no].join(', ')}, or exclude such rows with --where`,
  );
}

interface Row {
  /** a cell by our column name */
  readonly cell: (name: string) => string;
  /** file and line, for messages */
  readonly line: string;
}

async function* readRows(file: string, options: TableOptions, required: string[], optional: string[]): AsyncGenerator<Row> {
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
