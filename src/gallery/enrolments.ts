import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/schema.js';
import { type DataKey, findDataKey } from '../vault/data-keys.js';
import { addPicture, deletePictures } from '../vault/pictures.js';
import type { GalleryParts } from './gallery-parts.js';
import type { Person } from './person.js';
import { openTemplate, sealTemplate } from './template.js';

/** A face to enrol. */
export interface NewEnrolment {
  readonly accountId: string;
  /** the model that created the template */
  readonly model: string;
  /** 512 numbers, a unit vector */
  readonly vector: Float32Array;
  /** quality of the face, 0..1 */
  readonly quality: number;
  /** the picture to keep; absent: none */
  readonly picture?: {
    readonly bytes: Uint8Array;
    readonly mediaType: string;
    /** null: as long as the enrolment */
    readonly days: number | null;
  };
  /** id of a picture of the person that is already kept, instead of `picture` */
  readonly pictureId?: string;
}

/** A stored enrolment, without its template. */
export interface Enrolment {
  /** uuid */
  readonly id: string;
  readonly model: string;
  readonly quality: number;
  readonly pictureId: string | null;
  /** epoch milliseconds */
  readonly createdAt: number;
}

/** An enrolment that was added, with its number in the database. */
export type AddedEnrolment = Enrolment & { readonly number: number };

type Owner = Pick<Person, 'number' | 'id' | 'companyId'>;

/** Adds an enrolment in the caller's transaction. Template and picture are sealed with the person's key. */
export async function addEnrolment(
  db: Database,
  { vectors }: Pick<GalleryParts, 'vectors'>,
  person: Owner,
  key: DataKey,
  enrolment: NewEnrolment,
  now: number,
): Promise<AddedEnrolment> {
  const { accountId, model, vector, quality, picture } = enrolment;
  const id = randomUUID();
  const pictureId = picture
    ? await addPicture(db, { ...picture, companyId: person.companyId, subject: person.id, key }, now)
    : (enrolment.pictureId ?? null);
  const { number } = await db
    .insertInto('enrolments')
    .values({
      id,
      person: person.number,
      companyId: person.companyId,
      model,
      quality,
      pictureId,
      template: sealTemplate(key, vector, id, person.id),
      createdAt: now,
      createdBy: accountId,
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  await vectors?.add(db, { enrolment: number, id, person: person.number, companyId: person.companyId, model, vector });
  return { number, id, model, quality, pictureId, createdAt: now };
}

/** A person's enrolments, oldest first. */
export async function listEnrolments(db: Database, person: Pick<Person, 'number'>): Promise<Enrolment[]> {
  return db
    .selectFrom('enrolments')
    .select(['id', 'model', 'quality', 'pictureId', 'createdAt'])
    .where('person', '=', person.number)
    .orderBy('number')
    .execute();
}

/** A person's templates of the model in use; empty if all enrolments are of other models. @throws SealError */
export async function openTemplates(
  db: Database,
  { masterKeys, recognitionModel }: Pick<GalleryParts, 'masterKeys' | 'recognitionModel'>,
  person: Pick<Person, 'number' | 'id'>,
): Promise<Float32Array[]> {
  const key = await findDataKey(db, masterKeys, person.id);
  if (!key) return [];
  const rows = await db
    .selectFrom('enrolments')
    .select(['id', 'template'])
    .where('person', '=', person.number)
    .where('model', '=', recognitionModel)
    .execute();
  return rows.map(({ id, template }) => openTemplate(key, template, id, person.id));
}

/** Removes a person's enrolments, or the one with `id`, and their pictures. */
export async function removeEnrolments(
  db: Database,
  person: Pick<Person, 'number'>,
  id?: string,
): Promise<{ readonly numbers: number[]; readonly pictures: number }> {
  const all = db.deleteFrom('enrolments').where('person', '=', person.number);
  const rows = await (id === undefined ? all : all.where('id', '=', id)).returning(['number', 'pictureId']).execute();
  const pictures = await deletePictures(
    db,
    rows.flatMap(({ pictureId }) => pictureId ?? []),
  );
  return { numbers: rows.map(({ number }) => number), pictures };
}
