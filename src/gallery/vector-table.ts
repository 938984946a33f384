import { sql } from 'kysely';
import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import { StoreError } from '../storage/store-error.js';
import { openDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { type GalleryPosition, isInHistory, isSamePosition, readPosition } from './gallery-clock.js';
import { openTemplate } from './template.js';
import type { TemplateHit, TemplateQuery, TemplateSearch } from './template-search.js';

/** Templates copied per transaction. */
const BATCH = 200;

/** An unsealed template for the database to search. */
export interface OpenVector {
  /** number of the enrolment */
  readonly enrolment: number;
  /** its uuid, which is never assigned again */
  readonly id: string;
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
  #position: GalleryPosition | undefined;
  #opening: Promise<void> | undefined;

  private constructor(
    private readonly db: Database,
    private readonly masterKeys: MasterKeys,
    private readonly model: string,
  ) {}

  /**
   * Creates the table if it does not exist, and copies the sealed templates that it lacks.
   * @throws StoreError on SQLite, or if the extension cannot be used
   */
  static async open(db: Database, masterKeys: MasterKeys, model: string): Promise<VectorTable> {
    if (!isPostgres(db)) throw new StoreError('TRIFACE_GALLERY_INDEX=pgvector requires DATABASE_URL=postgres://…');
    await requireExtension(db);
    const table = new VectorTable(db, masterKeys, model);
    await table.#complete();
    return table;
  }

  /** Does nothing: the database holds the templates. */
  async start(): Promise<void> {}

  /** Adds a template, in the transaction that adds its enrolment. */
  async add(db: Database, { enrolment, id, person, companyId, model, vector }: OpenVector): Promise<void> {
    await sql`
      insert into gallery_vectors (enrolment, enrolment_id, person, company_id, model, embedding)
      values (${enrolment}, ${id}, ${person}, ${companyId}, ${model}, ${toText(vector)}::vector)
      on conflict (enrolment) do update set enrolment_id = excluded.enrolment_id, person = excluded.person,
        company_id = excluded.company_id, model = excluded.model, embedding = excluded.embedding`.execute(db);
  }

  async search({ companyId, vector, limit, minimum, exceptPerson = -1 }: TemplateQuery): Promise<TemplateHit[]> {
    const probe = toText(vector);
    const { rows } = await sql<TemplateHit>`
      select person, enrolment, score from (
        select person, enrolment, score, row_number() over (partition by person order by score desc, enrolment) as place from (
          select v.person, v.enrolment, 1 - (v.embedding <=> ${probe}::vector) as score
          from gallery_vectors v join enrolments e on e.number = v.enrolment and e.id = v.enrolment_id
          where v.company_id = ${companyId} and v.model = ${this.model} and v.person <> ${exceptPerson}
        ) as scored
        where score >= ${minimum}
      ) as placed
      where place = 1 order by score desc, person limit ${limit}`.execute(this.db);
    return rows;
  }

  async check(): Promise<void> {
    await sql`select embedding <=> embedding from gallery_vectors limit 1`.execute(this.db);
  }

  /**
   * Resolves when the table is complete: the database searches everything that is committed, but one that went back, such as a
   * restored backup, may lack templates that were copied since.
   */
  /** Does nothing: no template is in memory. */
  async follow(): Promise<void> {}

  async reach(change: GalleryPosition): Promise<void> {
    const known = this.#position;
    if (known && !isSamePosition(known, change) && !(await isInHistory(this.db, known))) {
      this.#opening ??= this.#complete().finally(() => {
        this.#opening = undefined;
      });
      await this.#opening;
    }
    this.#position = change;
  }

  /** Creates what is missing of the table and of its rows. */
  async #complete(): Promise<void> {
    const { db } = this;
    const position = await readPosition(db);
    await sql`
      create table if not exists gallery_vectors (
        enrolment integer primary key references enrolments (number) on delete cascade,
        person integer not null, company_id text not null, model text not null,
        embedding vector not null)`.execute(db);
    // Absent in tables of earlier releases.
    await sql`alter table gallery_vectors add column if not exists enrolment_id text`.execute(db);
    await sql`create index if not exists gallery_vectors_by_company on gallery_vectors (company_id, model)`.execute(db);
    await this.#copyMissing();
    this.#position = position;
  }

  async #copyMissing(): Promise<void> {
    for (let after = 0; ; ) {
      const rows = await this.db
        .selectFrom('enrolments')
        .innerJoin('persons', 'persons.number', 'enrolments.person')
        .innerJoin('dataKeys', 'dataKeys.subject', 'persons.id')
        .selectAll('enrolments')
        .select(['persons.id as personId', 'dataKeys.wrapped', 'dataKeys.masterKey'])
        .where('enrolments.number', '>', after)
        .where('enrolments.model', '=', this.model)
        .where(
          sql<boolean>`not exists (select 1 from gallery_vectors v where v.enrolment = enrolments.number and v.enrolment_id = enrolments.id)`,
        )
        .orderBy('enrolments.number')
        .limit(BATCH)
        .execute();
      const last = rows.at(-1);
      if (!last) return;
      after = last.number;
      for (const { number: enrolment, id, person, personId, companyId, model, template, wrapped, masterKey } of rows) {
        const key = openDataKey(this.masterKeys, { subject: personId, wrapped, masterKey });
        const vector = openTemplate(key, template, id, personId);
        // Erased meanwhile: there is no enrolment to refer to, and nothing to search.
        await this.add(this.db, { enrolment, id, person, companyId, model, vector }).catch((error: { code?: unknown }) => {
          if (error.code !== FOREIGN_KEY_VIOLATION) throw error;
        });
      }
    }
  }
}

const FOREIGN_KEY_VIOLATION = '23503';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Creates the extension unless it is there: creating it takes a right that using it does not.
 * @throws StoreError
 */
async function requireExtension(db: Database): Promise<void> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'vector'`.execute(db);
  if (rows.length > 0) return;
  try {
    await sql`create extension if not exists vector`.execute(db);
  } catch (error) {
    const { message, code, cause } = error as Error & { code?: unknown; cause?: { code?: unknown } };
    const isForbidden = (code ?? cause?.code) === INSUFFICIENT_PRIVILEGE;
    throw new StoreError(
      isForbidden
        ? 'TRIFACE_GALLERY_INDEX=pgvector: permission denied: a superuser must run `create extension vector` in this database once'
        : `TRIFACE_GALLERY_INDEX=pgvector: the pgvector extension is not available on this server: install it there (${message})`,
    );
  }
}

/** In pgvector's text format. */
const toText = (vector: Float32Array): string => `[${vector.join(',')}]`;
