import type { Database } from '../storage/schema.js';
import { findDataKey } from '../vault/data-keys.js';
import { confirmHits } from './confirm-hits.js';
import { type GalleryPosition, historyChanged, isInHistory, readPosition } from './gallery-clock.js';
import type { GalleryParts } from './gallery-parts.js';
import { compareTemplates, openTemplate } from './template.js';
import type { TemplateSearch } from './template-search.js';

/** A face that may already be registered. */
export interface DuplicateQuery {
  readonly companyId: string;
  readonly vector: Float32Array;
  /** minimum cosine of the same face */
  readonly threshold: number;
  /** number of the person who may have this face */
  readonly exceptPerson?: number;
}

/** Other persons who appear to have the face. */
export interface Duplicates {
  /** numbers of persons, best first */
  readonly persons: readonly number[];
  /** the last change searched */
  readonly searchedTo: GalleryPosition;
}

/** Maximum duplicates reported. */
const LIMIT = 5;

/** Searches all committed templates. @throws BusyError, UnavailableError */
export async function findDuplicates(
  parts: Pick<GalleryParts, 'store' | 'masterKeys' | 'recognitionModel'>,
  search: TemplateSearch,
  query: DuplicateQuery,
): Promise<Duplicates> {
  const searchedTo = await readPosition(parts.store.db);
  await search.reach(searchedTo);
  const { threshold, ...rest } = query;
  const hits = await search.search({ ...rest, minimum: threshold, limit: LIMIT });
  const confirmed = await confirmHits(parts, query.companyId, query.vector, hits);
  return { persons: confirmed.map(({ person }) => person.number), searchedTo };
}

/**
 * Searches only what was committed since `searchedTo`. Call it in the transaction that registers the face, after it has locked
 * the gallery's clock: nobody else can then register between this search and the commit.
 * @throws BusyError if the database went back since the search; UnavailableError
 */
export async function findNewerDuplicates(
  db: Database,
  { masterKeys, recognitionModel }: Pick<GalleryParts, 'masterKeys' | 'recognitionModel'>,
  { companyId, vector, threshold, exceptPerson = -1 }: DuplicateQuery,
  searchedTo: GalleryPosition,
): Promise<number[]> {
  if (!(await isInHistory(db, searchedTo))) throw historyChanged();
  const rows = await db
    .selectFrom('galleryChanges')
    .innerJoin('enrolments', 'enrolments.number', 'galleryChanges.enrolment')
    .innerJoin('persons', 'persons.number', 'enrolments.person')
    .select(['persons.number', 'persons.id as personId', 'enrolments.id', 'enrolments.template'])
    .where('galleryChanges.sequence', '>', searchedTo.sequence)
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
