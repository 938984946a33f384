import type { ScanSort } from '../../scans/scan-query.js';
import { type ScanSortField, summaryFieldNames } from '../../scans/scan-summary.js';
import { SpringError } from './errors.js';

/** Maps the entity's fields to the core's. All scans of a company have the same `companyId`, so sorting by it changes nothing. */
const sortFields: ReadonlyMap<string, ScanSortField | undefined> = new Map<string, ScanSortField | undefined>([
  ['id', 'id'],
  ['companyId', undefined],
  ['created', 'createdAt'],
  ['createdDate', 'createdAt'],
  ['updatedDate', 'updatedAt'],
  ['createdById', 'createdBy'],
  ['updatedById', 'updatedBy'],
  ['salesChannel', 'channel'],
  ...summaryFieldNames.map((name): [string, ScanSortField] => [name, name]),
]);

/** What the `sort` parameters ask for. */
export interface SortRequest {
  readonly sort: readonly ScanSort[];
  /** also true for fields that do not order anything here */
  readonly isSorted: boolean;
}

/**
 * Reads `sort` as Spring Data does: each parameter is a list of fields, optionally followed by a direction, optionally followed by
 * `ignorecase`; these two words in any letter case. Parameters without a field are ignored.
 * @throws SpringError 400 for a field that the entity does not have
 */
export function readSort(parameters: readonly string[]): SortRequest {
  const sort: ScanSort[] = [];
  let isSorted = false;
  for (const parameter of parameters) {
    const words = parameter
      .split(',')
      .map((word) => word.trim())
      // Spring skips words of dots, too.
      .filter((word) => /[^.\s]/.test(word));
    const takeLast = (pattern: RegExp): string | undefined =>
      pattern.test(words.at(-1) ?? '') ? words.pop()!.toLowerCase() : undefined;
    const ignoresCase = takeLast(/^ignorecase$/i) !== undefined;
    const descending = takeLast(/^(asc|desc)$/i) === 'desc';
    for (const name of words) {
      const field = sortFields.get(name);
      if (!field && !sortFields.has(name))
        throw new SpringError(400, `No property '${name.slice(0, 100)}' found for type 'FaceLiveness'`);
      isSorted = true;
      if (field) sort.push({ field, descending, ...(ignoresCase && { ignoresCase }) });
    }
  }
  return { sort, isSorted };
}
