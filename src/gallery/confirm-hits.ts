import { openDataKey } from '../vault/data-keys.js';
import { historyChanged } from './gallery-clock.js';
import type { GalleryParts } from './gallery-parts.js';
import type { Person } from './person.js';
import { findPersons } from './persons.js';
import { compareTemplates, openTemplate } from './template.js';
import type { TemplateHit } from './template-search.js';

/** Greatest difference between two computations of one cosine: pgvector's numbers have single precision. */
const TOLERANCE = 1e-4;

/** A hit whose person and template the database has as well. */
export interface ConfirmedHit {
  readonly person: Person;
  /** cosine, -1..1 */
  readonly score: number;
}

/**
 * Confirms what a search found by the database's own rows, in the same order. A search names persons and templates by numbers,
 * which a database that went back assigns again. So each hit's template is opened once more, which only the key of its own person
 * can do, and compared with the face.
 * @param vector the face that was searched for
 * @returns the hits that still exist
 * @throws BusyError if a number now belongs to another template; UnavailableError if a master key is missing
 */
export async function confirmHits(
  { store: { db }, masterKeys, recognitionModel }: Pick<GalleryParts, 'store' | 'masterKeys' | 'recognitionModel'>,
  companyId: string,
  vector: Float32Array,
  hits: readonly TemplateHit[],
): Promise<ConfirmedHit[]> {
  if (hits.length === 0) return [];
  const rows = await db
    .selectFrom('enrolments')
    .innerJoin('persons', 'persons.number', 'enrolments.person')
    .innerJoin('dataKeys', 'dataKeys.subject', 'persons.id')
    .select(['enrolments.number', 'enrolments.id', 'enrolments.person', 'enrolments.template', 'persons.id as personId'])
    .select(['dataKeys.wrapped', 'dataKeys.masterKey'])
    .where(
      'enrolments.number',
      'in',
      hits.map(({ enrolment }) => enrolment),
    )
    .where('enrolments.companyId', '=', companyId)
    .where('enrolments.model', '=', recognitionModel)
    .execute();
  const stored = new Map(rows.map((row) => [row.number, row]));
  const persons = await findPersons(
    db,
    companyId,
    hits.map(({ person }) => person),
  );
  const byId = new Map(persons.map((person) => [person.id, person]));
  return hits.flatMap(({ person: number, enrolment, score }) => {
    const row = stored.get(enrolment);
    const person = row && byId.get(row.personId);
    // Erased or replaced since the search.
    if (!row || !person) return [];
    const key = openDataKey(masterKeys, { subject: row.personId, wrapped: row.wrapped, masterKey: row.masterKey });
    const template = openTemplate(key, row.template, row.id, row.personId);
    const difference = Math.abs(compareTemplates(vector, template) - Math.min(1, Math.max(-1, score)));
    template.fill(0);
    if (row.person !== number || !(difference <= TOLERANCE)) throw historyChanged();
    return [{ person, score }];
  });
}
