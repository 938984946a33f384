import type { Database } from '../storage/schema.js';
import { findDataKey } from '../vault/data-keys.js';
import { readClock } from './gallery-clock.js';
import type { GalleryParts } from './gallery-parts.js';
import { compareTemplates, openTemplate } from './template.js';
import type { TemplateSearch } from './template-search.js';

/** A face that may be somebody's already. */
export interface DuplicateQuery {
  readonly companyId: string;
  readonly vector: Float32Array;
  /** least cosine of the same face */
  readonly threshold: number;
  /** who it may be, by number */
  readonly exceptPerson?: number;
}

/** Others whose face it seems to be. */
export interface Duplicates {
  /** numbers of persons, best first */
  readonly persons: readonly number[];
  /** number of the last change that was searched */
  readonly searchedTo: number;
}

/** Reported at most. */
const LIMIT = 5;

/** Searches all that is committed now. @throws BusyError */
export async function findDuplicates(db: Database, search: TemplateSearch, query: DuplicateQuery): Promise<Duplicates> {
  const searchedTo = await readClock(db);
  await search.reach(searchedTo);
  const { threshold, ...rest } = query;
  const hits = await search.search({ ...rest, minimum: threshold, limit: LIMIT });
  return { persons: hits.map(({ person }) => person), searchedTo };
}

/**
 * The same among what was committed since `searchedTo`. In the transaction that registers the face, after it has locked the gallery's
 * clock: nobody else can register between this look and the commit.
 */
export async function findNewerDuplicates(
  db: Database,
  { masterKeys, recognitionModel }: Pick<GalleryParts, 'masterKeys' | 'recognitionModel'>,
  { companyId, vector, threshold, exceptPerson = -1 }: DuplicateQuery,
  searchedTo: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('galleryChanges')
    .innerJoin('enrolments', 'enrolments.number', 'galleryChanges.enrolment')
    .innerJoin('persons', 'persons.number', 'enrolments.person')
    .select(['persons.number', 'persons.id as personId', 'enrolments.id', 'enrolments.template'])
    .where('galleryChanges.sequence', '>', searchedTo)
    .where('galleryChanges.kind', '=', 'add')
    .where('galleryChanges.companyId', '=', companyId)
    .where('persons.number', '!=', exceptPerson)
    .where('enrolments.model', '=', recognitionModel)
    .execute();
  const found: number[] = [];
  for (const { number, personId, id, template } of rows) {
    const key = await findDataKey(db, masterKeys, personId);
    if (key && compareTemplates(vector, openTemplate(key, template, id, personId)) >= threshold) found.push(number);
  }
  return [...new Set(found)];
}
