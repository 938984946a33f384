import { sql } from 'kysely';
import type { Database } from '../storage/schema.js';

/** The enrolments whose number, divided by `threads`, leaves `shard`: those of one of several threads (see shardOf). */
export interface TemplateShare {
  /** 0..threads − 1 */
  readonly shard: number;
  /** 1 or more */
  readonly threads: number;
}

/** Enrolment numbers from after + 1 to upTo. */
export interface NumberRange {
  readonly after: number;
  readonly upTo: number;
}

/** A sealed template with what opens it. */
export interface SealedTemplate {
  /** of the enrolment */
  readonly number: number;
  /** uuid of the enrolment */
  readonly id: string;
  /** number of the person */
  readonly person: number;
  /** uuid of the company */
  readonly company: string;
  readonly template: Uint8Array;
  /** uuid of the person */
  readonly subject: string;
  /** the person's key, sealed by the master key with the id `master` */
  readonly wrapped: Uint8Array;
  readonly master: string;
}

/** The sealed templates of a model in a range and share, in no order. */
export function readTemplateRange(
  db: Database,
  { after, upTo }: NumberRange,
  { model, share: { shard, threads } }: { readonly model: string; readonly share: TemplateShare },
): Promise<SealedTemplate[]> {
  const all = selectTemplates(db, model).where('enrolments.number', '>', after).where('enrolments.number', '<=', upTo);
  const own = sql<boolean>`enrolments.number % ${sql.lit(threads)} = ${sql.lit(shard)}`;
  return readRows(db, threads === 1 ? all : all.where(own));
}

/** The sealed templates of a model of these enrolments, as far as they exist, in no order. */
export async function readTemplates(db: Database, enrolments: readonly number[], model: string): Promise<SealedTemplate[]> {
  if (enrolments.length === 0) return [];
  return readRows(db, selectTemplates(db, model).where('enrolments.number', 'in', enrolments));
}

const selectTemplates = (db: Database, model: string) =>
  db
    .selectFrom('enrolments')
    .innerJoin('persons', 'persons.number', 'enrolments.person')
    .innerJoin('dataKeys', 'dataKeys.subject', 'persons.id')
    .select(['enrolments.number', 'enrolments.id', 'enrolments.person', 'enrolments.companyId as company'])
    .select(['enrolments.template', 'dataKeys.subject', 'dataKeys.wrapped', 'dataKeys.masterKey as master'])
    .where('enrolments.model', '=', model);

/** Names of one word need no translation, which would copy each row. */
async function readRows(db: Database, query: ReturnType<typeof selectTemplates>): Promise<SealedTemplate[]> {
  return (await db.withoutPlugins().executeQuery(query.compile())).rows;
}
