import { sql } from 'kysely';
import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import { StoreError } from '../storage/store-error.js';
import { openDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { openTemplate } from './template.js';
import type { TemplateHit, TemplateQuery, TemplateSearch } from './template-search.js';

/** Templates copied per transaction. */
const BATCH = 200;

/** An unsealed template for the database to search. */
export interface OpenVector {
  /** number of the enrolment */
  readonly enrolment: number;
  /** number of the person */
  readonly person: number;
  readonly companyId: string;
  readonly model: string;
  readonly vector: Float32Array;
}

/**
 * Templates in a PostgreSQL table with pgvector (https://github.com/pgvector/pgvector), which searches them exactly. They are
 * *not sealed*: the database cannot compare what it cannot read. Rows are deleted with their enrolments.
 */
export class VectorTable implements TemplateSearch {
  private constructor(
    private readonly db: Database,
    private readonly model: string,
  ) {}

  /**
   * Creates the table if it does not exist, and copies the sealed templates that it lacks.
   * @throws StoreError on SQLite, or if the extension is not available
   */
  static async open(db: Database, masterKeys: MasterKeys, model: string): Promise<VectorTable> {
    if (!isPostgres(db)) throw new StoreError('TRIFACE_GALLERY_INDEX=pgvector requires DATABASE_URL=postgres://…');
    try {
      await sql`create extension if not exists vector`.execute(db);
    } catch (error) {
      throw new StoreError(
        `TRIFACE_GALLERY_INDEX=pgvector: the pgvector extension is not available on this server (${(error as Error).message})`,
      );
    }
    await sql`
      create table if not exists gallery_vectors (
        enrolment integer primary key references enrolments (number) on delete cascade,
        person integer not null, company_id text not null, model text not null,
        embedding vector not null)`.execute(db);
    await sql`create index if not exists gallery_vectors_by_company on gallery_vectors (company_id, model)`.execute(db);
    const table = new VectorTable(db, model);
    await table.copyMissing(masterKeys);
    return table;
  }

  /** Does nothing: the database holds the templates. */
  async start(): Promise<void> {}

  /** Adds a template, in the transaction that adds its enrolment. */
  async add(db: Database, { enrolment, person, companyId, model, vector }: OpenVector): Promise<void> {
    await sql`
      insert into gallery_vectors (enrolment, person, company_id, model, embedding)
      values (${enrolment}, ${person}, ${companyId}, ${model}, ${toText(vector)}::vector)
      on conflict do nothing`.execute(db);
  }

  async search({ companyId, vector, limit, minimum, exceptPerson = -1 }: TemplateQuery): Promise<TemplateHit[]> {
    const probe = toText(vector);
    const { rows } = await sql<TemplateHit>`
      select person, enrolment, score from (
        select person, enrolment, score, row_number() over (partition by person order by score desc, enrolment) as place from (
          select person, enrolment, 1 - (embedding <=> ${probe}::vector) as score from gallery_vectors
          where company_id = ${companyId} and model = ${this.model} and person <> ${exceptPerson}
        ) as scored
        where score >= ${minimum}
      ) as placed
      where place = 1 order by score desc, person limit ${limit}`.execute(this.db);
    return rows;
  }

  async check(): Promise<void> {
    await sql`select embedding <=> embedding from gallery_vectors limit 1`.execute(this.db);
  }

  /** Resolves at once: the database searches everything that is committed. */
  async reach(): Promise<void> {}

  private async copyMissing(masterKeys: MasterKeys): Promise<void> {
    for (let after = 0; ; ) {
      const rows = await this.db
        .selectFrom('enrolments')
        .innerJoin('persons', 'persons.number', 'enrolments.person')
        .innerJoin('dataKeys', 'dataKeys.subject', 'persons.id')
        .selectAll('enrolments')
        .select(['persons.id as personId', 'dataKeys.wrapped', 'dataKeys.masterKey'])
        .where('enrolments.number', '>', after)
        .where('enrolments.model', '=', this.model)
        .where(sql<boolean>`not exists (select 1 from gallery_vectors where gallery_vectors.enrolment = enrolments.number)`)
        .orderBy('enrolments.number')
        .limit(BATCH)
        .execute();
      const last = rows.at(-1);
      if (!last) return;
      after = last.number;
      for (const { number: enrolment, id, person, personId, companyId, model, template, wrapped, masterKey } of rows) {
        const key = openDataKey(masterKeys, { subject: personId, wrapped, masterKey });
        const vector = openTemplate(key, template, id, personId);
        // Erased meanwhile: there is no enrolment to refer to, and nothing to search.
        await this.add(this.db, { enrolment, person, companyId, model, vector }).catch((error: { code?: unknown }) => {
          if (error.code !== FOREIGN_KEY_VIOLATION) throw error;
        });
      }
    }
  }
}

const FOREIGN_KEY_VIOLATION = '23503';

/** In pgvector's text format. */
const toText = (vector: Float32Array): string => `[${vector.join(',')}]`;
