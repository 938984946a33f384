import type { ScanFilter, ScanSort } from '../../scans/scan-query.js';
import { normalizeChannel } from './channel.js';
import { unconvertible } from './errors.js';
import { readMoment } from './moment.js';
import { readSort, type SortRequest } from './sort-request.js';

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
const maxInt = 2_147_483_647;

/** Reads the query of the list. Empty parameters count as absent, and paging is never refused. @throws SpringError 400 */
export function readPageRequest(query: Query): PageRequest & SortRequest {
  return {
    page: readPaging(query.page, maxInt) ?? 0,
    size: readPaging(query.size, maxSize) || defaultSize,
    ...readSort(listOf(query.sort)),
    filter: readFilter(query),
  };
}

/** Selects scans, as the list does. @throws SpringError 400 */
export function readFilter(query: Query): ScanFilter {
  const channel = readText(query, 'salesChannel');
  return {
    reference: readText(query, 'reference'),
    result: readText(query, 'result'),
    channel: channel === undefined ? undefined : normalizeChannel(channel),
    ...readPeriod(query),
  };
}

function readPeriod(query: Query): Pick<ScanFilter, 'createdFrom' | 'createdTo'> {
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

/**
 * Reads a paging parameter as Spring Data does: the first one counts, what Java cannot read as an int is ignored, and everything
 * is moved into the range.
 * @returns undefined if it is absent, empty or unreadable
 */
function readPaging(parameter: Query[string], max: number): number | undefined {
  const text = listOf(parameter)[0] ?? '';
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || value > maxInt || value < -maxInt - 1) return undefined;
  return Math.min(max, Math.max(0, value));
}

const listOf = (parameter: Query[string]): readonly string[] => (typeof parameter === 'string' ? [parameter] : (parameter ?? []));
