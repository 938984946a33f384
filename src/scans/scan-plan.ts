import type { ReadLength } from '../storage/aside-lanes.js';
import { columnsOf, type FilterColumn, findOrderedField, type ScanFilter, type ScanSort, type Way } from './scan-query.js';
import type { Reach } from './scan-reach.js';
import type { ScanSortField } from './scan-summary.js';

/** A page to plan. */
export interface PagePlanning {
  readonly filter: ScanFilter;
  readonly sort: readonly ScanSort[];
  readonly reach: Reach;
  /** scans that match, from the end at which the page is read to its last one */
  readonly steps: number;
  /** how many scans are few */
  readonly few: number;
}

/**
 * How to read a page. `short` is promised only where the number of scans read is bounded; a walk past scans that do not match may be
 * quick, but depends on where they are, so it counts as long.
 */
export function planPage({ filter, sort, reach, steps, few }: PagePlanning): { readonly way: Way; readonly length: ReadLength } {
  const columns = columnsOf(filter);
  const field = findOrderedField(sort);
  if (field !== undefined) {
    const answered = findAnswered(field, columns);
    const others = columns.filter((column) => !answered.includes(column));
    const passesFew = others.length === 0 || (others.every((column) => column === 'createdAt') && reach.coversAlmostAll);
    const walk: Way = { kind: 'walk', indexed: answered, within: reach.within };
    if (passesFew && steps <= few) return { way: walk, length: 'short' };
    if (reach.narrow === undefined && (passesFew || countWalked(field === 'number', reach, steps) <= reach.total))
      return { way: walk, length: 'long' };
  }
  if (reach.narrow !== undefined) return { way: { kind: 'collect', indexed: [reach.narrow] }, length: 'short' };
  // Several fields: SQLite and PostgreSQL walk the index of the first one if that saves work.
  return { way: { kind: field === undefined ? 'walk' : 'collect', indexed: columns }, length: 'long' };
}

/** The columns of a filter that the index of an order compares: there are indexes of equal values by number, and of results by date. */
function findAnswered(field: ScanSortField, columns: readonly FilterColumn[]): FilterColumn[] {
  if (field === 'number') return columns.filter((column) => column !== 'createdAt').slice(0, 1);
  return columns.filter((column) => column === field || (field === 'createdAt' && column === 'result'));
}

/** Scans that a walk reads, if those that match are spread evenly. */
function countWalked(isByNumber: boolean, { total, all, within }: Reach, steps: number): number {
  const among = isByNumber && within ? Math.min(all, within.last - within.first + 1) : all;
  return (steps * among) / total;
}
