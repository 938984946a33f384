import type { Database } from '../storage/schema.js';

/** How many persons and templates are stored, over all companies. */
export interface GalleryCounts {
  /** persons by the name of their company; companies without persons are left out */
  readonly persons: readonly { readonly name: string; readonly count: number }[];
  /** templates by the name of the recognition model that made them */
  readonly templates: readonly { readonly model: string; readonly count: number }[];
}

/** Counts persons and templates. Reads every row once. */
export async function countGallery(db: Database): Promise<GalleryCounts> {
  const persons = await db
    .selectFrom('persons')
    .innerJoin('companies', 'companies.id', 'persons.companyId')
    .select(['companies.name', (select) => select.fn.countAll<number>().as('count')])
    .groupBy('companies.name')
    .execute();
  const templates = await db
    .selectFrom('enrolments')
    .select(['model', (select) => select.fn.countAll<number>().as('count')])
    .groupBy('model')
    .execute();
  return { persons, templates };
}
