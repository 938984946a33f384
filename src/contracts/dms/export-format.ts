import { disarmFormulas } from '../../base/disarm-formulas.js';
import { compileFloatJson, toFloatText } from '../../platform/float-json.js';
import type { Scan, SummarizedScan } from '../../scans/scan.js';
import type { ScanFilter } from '../../scans/scan-query.js';
import { summaryFieldNames } from '../../scans/scan-summary.js';
import { entityName, serverFields } from './entity-names.js';
import { renderFields, renderScan } from './render.js';
import { type ScanFields, ScanSchema } from './wire.js';

/** Export formats: CSV has the entity's fields; NDJSON has the full answer of GET, one scan per line. */
export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** An export, for the audit log: not the reference, which may name a person. */
export const describeExport = ({ format, filter }: { readonly format: string; readonly filter: ScanFilter }) => ({
  format,
  from: toIsoText(filter.createdFrom),
  to: toIsoText(filter.createdTo),
  ...(filter.reference !== undefined && { ofOneReference: true }),
  ...(filter.result !== undefined && { ofOneResult: true }),
  ...(filter.channel !== undefined && { ofOneChannel: true }),
});

const toIsoText = (epochMs: number | undefined): string | null =>
  epochMs === undefined ? null : new Date(epochMs).toISOString();

/** Content-Type of each format. */
export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};

const columns: readonly (keyof ScanFields)[] = [...serverFields, ...summaryFieldNames.map(entityName)];

/** Characters to collect per chunk: one chunk per line would be mostly overhead. */
const pieceLength = 32_768;

/** The scans to export: complete, or summaries only. */
export interface ExportSource {
  read(): AsyncIterable<Scan>;
  readSummaries(): AsyncIterable<SummarizedScan>;
}

/** How a file of scans is written. */
export interface ExportForm {
  readonly format: ExportFormat;
  /** whether CSV begins with the UTF-8 mark (U+FEFF), without which Excel reads it in the machine's own charset */
  readonly mark: boolean;
}

/** The scans as text, in chunks. */
export async function* formatScans(source: ExportSource, { format, mark }: ExportForm): AsyncGenerator<string> {
  let piece = format === 'csv' && mark ? '\ufeff' : '';
  for await (const line of format === 'csv' ? csvLines(source) : jsonLines(source)) {
    piece += line;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function* csvLines(source: ExportSource): AsyncGenerator<string> {
  yield toCsvLine(columns);
  for await (const scan of source.readSummaries()) {
    const fields = renderFields(scan);
    yield toCsvLine(columns.map((column) => fields[column]));
  }
}

async function* jsonLines(source: ExportSource): AsyncGenerator<string> {
  for await (const scan of source.read()) yield `${writeScan(renderScan(scan))}\n`;
}

const writeScan = compileFloatJson(ScanSchema);

const toCsvLine = (values: readonly (string | number | boolean | null)[]): string => `${values.map(toCsvValue).join(',')}\r\n`;

/** RFC 4180, without formulas ({@link disarmFormulas}); all numbers are floats. Null becomes an empty field. */
function toCsvValue(value: string | number | boolean | null): string {
  if (typeof value === 'number') return toFloatText(value);
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = disarmFormulas(value);
  return text !== value || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
