import type { ScanFilter, ScanSort } from '../../scans/list-scans.js';
import { type ScanSortField, summaryFieldNames } from '../../scans/scan-summary.js';
import { SpringError, unconvertible } from './errors.js';
import { readMoment } from './moment.js';

/** A parsed query; a repeated parameter is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request for a page of scans. */
export interface PageRequest {
  /** 0-based */
  readonly page: number;
  readonly size: number;
  readonly sort: readonly ScanSort[];
  readonly filter: ScanFilter;
}

const defaultSize = 20;
const maxSize = 200;
/** The maximum of Java's int. */
const maxPage = 2_147_483_647;

/** Maps the entity's fields to the core's. All scans of a company have the same `companyId`, so sorting by it changes nothing. */
const sortFields: ReadonlyMap<string, ScanSortField | undefined> = new Map<string, ScanSortField | undefined>([
  ['id', 'id'],
  ['companyId', undefined],
  ['createdDate', 'createdAt'],
  ['updatedDate', 'updatedAt'],
  ['createdById', 'createdBy'],
  ['updatedById', 'updatedBy'],
  ['salesChannel', 'channel'],
  ...summaryFieldNames.map((name): [string, ScanSortField] => [name, name]),
]);

/** Reads the query of the list. Empty parameters count as absent. @throws SpringError 400 */
export function readPageRequest(query: Query): PageRequest & { readonly isSorted: boolean } {
  const page = readInteger(query, 'page', 0);
  if (page < 0) throw new SpringError(400, 'Page index must not be less than zero');
  const size = readInteger(query, 'size', defaultSize);
  if (size < 1) throw new SpringError(400, 'Page size must not be less than one');
  if (size > maxSize) throw new SpringError(400, `Page size must not be greater than ${maxSize}`);
  return { page, size, ...readSort(query.sort), filter: readFilter(query) };
}

function readFilter(query: Query): ScanFilter {
  return {
    reference: readText(query, 'reference'),
    result: readText(query, 'result'),
    channel: readText(query, 'salesChannel'),
    ...readPeriod(query),
  };
}

/** `createdFrom` and `createdTo`. @throws SpringError 400 */
export function readPeriod(query: Query): Pick<ScanFilter, 'createdFrom' | 'createdTo'> {
  const from = readText(query, 'createdFrom');
  const to = readText(query, 'createdTo');
  return {
    createdFrom: from === undefined ? undefined : readMoment('createdFrom', from, false),
    createdTo: to === undefined ? undefined : readMoment('createdTo', to, true),
  };
}

/** A single-valued parameter. @throws SpringError 400 if it is repeated */
export function readText(query: Query, name: string): string | undefined {
  const value = query[name];
  if (typeof value !== 'string' && value !== undefined) throw unconvertible(name, value.join(','));
  return value || undefined;
}

function readInteger(query: Query, name: string, fallback: number): number {
  const text = readText(query, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^-?\d{1,10}$/.test(text) || Math.abs(value) > maxPage) throw unconvertible(name, text);
  return value;
}

/** Spring's syntax: each `sort` is a list of fields, optionally ending with a direction. */
function readSort(parameter: Query[string]): { sort: ScanSort[]; isSorted: boolean } {
  const sort: ScanSort[] = [];
  let isSorted = false;
  for (const text of typeof parameter === 'string' ? [parameter] : (parameter ?? [])) {
    const names = text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const direction = /^(asc|desc)$/i.exec(names.at(-1) ?? '')?.[0].toLowerCase();
    for (const name of direction ? names.slice(0, -1) : names) {
      const field = sortFields.get(name);
      if (!field && !sortFields.has(name))
        throw new SpringError(400, `No property '${name.slice(0, 100)}' found for type 'FaceLiveness'`);
      isSorted = true;
      if (field) sort.push({ field, descending: direction === 'desc' });
    }
  }
  return { sort, isSorted };
}
