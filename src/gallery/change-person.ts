import { identifierKey } from '../base/identifier-key.js';
import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import type { Database } from '../storage/schema.js';
import { isUniqueViolation } from '../storage/store-error.js';
import { transact } from '../storage/transaction.js';
import { type DataKey, findDataKey } from '../vault/data-keys.js';
import { refuseOrReportDuplicates } from './duplicate-faces.js';
import { type AddedEnrolment, addEnrolment, type NewEnrolment, removeEnrolments } from './enrolments.js';
import { toSearchText } from './fold-text.js';
import { recordChanges } from './gallery-clock.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryCaller, GalleryParts } from './gallery-parts.js';
import { linkScanIfThere, lockPerson } from './link-scan.js';
import type { Person } from './person.js';
import { findPerson, findSameCitizenId } from './persons.js';
import { type FaceCommand, seeFace, toEnrolment } from './see-face.js';
import type { TemplateSearch } from './template-search.js';

/** The fields of a person to change. Omitted fields keep their value. */
export interface PersonChange {
  readonly citizenId?: string;
  readonly name?: string;
  readonly isBlocked?: boolean;
  readonly agreedTerms?: boolean;
}

/** A change of a person, with or without a new picture. */
export interface ChangeCommand {
  readonly caller: GalleryCaller;
  readonly person: number;
  readonly change: PersonChange;
  /** replaces all enrolments, or is added to them */
  readonly picture?: Omit<FaceCommand, 'caller'> & { readonly mode: 'replace' | 'add' };
}

/** The result: if the picture was refused, nothing was changed and `person` is undefined. */
export interface Changed {
  readonly assessment: Assessment | undefined;
  readonly person: Person | undefined;
  /** the enrolment created from the picture */
  readonly enrolment: AddedEnrolment | undefined;
  readonly duplicates: readonly number[];
}

/**
 * Changes a person in one transaction.
 * @throws GalleryError `unknown-person`, `citizen-id-taken`, `face-registered`; BusyError
 */
export async function changePerson(
  parts: GalleryParts,
  { assessor, search }: { assessor: FaceAssessor; search: TemplateSearch },
  { caller, person: number, change, picture }: ChangeCommand,
  now: number = parts.store.now(),
): Promise<Changed> {
  const { store, audit, recognitionModel } = parts;
  const found = await findPerson(store.db, caller.companyId, number);
  if (!found) throw new GalleryError('unknown-person');
  const seen = picture && (await seeFace(assessor, { ...picture, caller }, 'enrolment'));
  // Linked before anything can fail: the scan of a refused picture must be erased with the person, too.
  if (seen) await linkScanIfThere(store.db, found, seen.assessment.scan);
  if (seen && !seen.template) return { assessment: seen.assessment, person: undefined, enrolment: undefined, duplicates: [] };
  const look =
    seen?.template &&
    (await refuseOrReportDuplicates(parts, search, caller, seen.template.vector, seen.assessment.policy, number));
  const enrolment = seen?.template && toEnrolment(caller, recognitionModel, { ...seen, template: seen.template });
  try {
    const changed = await transact(store.db, async (db) => {
      const person = await writeColumns(db, found, change, now);
      const added = enrolment && (await writeEnrolment(db, parts, person, enrolment, picture!.mode, now));
      if (look) await look.settle(db, number);
      await audit.append(db, {
        actor: caller.accountId,
        action: picture?.mode === 'add' ? 'enrolment.add' : 'person.update',
        companyId: caller.companyId,
        subject: found.id,
        detail: { changed: [...Object.keys(change), ...(enrolment ? ['picture'] : [])].join(' ') },
      });
      const pictureId = added && picture!.mode === 'replace' ? added.pictureId : person.pictureId;
      return { person: { ...person, pictureId }, added };
    });
    return {
      assessment: seen?.assessment,
      person: changed.person,
      enrolment: changed.added,
      duplicates: look?.persons ?? [],
    };
  } catch (error) {
    if (isUniqueViolation(error)) throw new GalleryError('citizen-id-taken');
    throw error;
  }
}

async function writeColumns(db: Database, found: Person, change: PersonChange, now: number): Promise<Person> {
  const { citizenId, name, isBlocked, agreedTerms } = change;
  const isRenamed = citizenId !== undefined && citizenId !== found.citizenId;
  if (isRenamed) {
    const same = await findSameCitizenId(db, found.companyId, citizenId);
    if (same.some(({ number }) => number !== found.number)) throw new GalleryError('citizen-id-taken');
  }
  const row = await db
    .updateTable('persons')
    .set({
      ...(citizenId === undefined ? {} : { citizenId }),
      ...(name === undefined ? {} : { name }),
      ...(isBlocked === undefined ? {} : { isBlocked: Number(isBlocked) }),
      ...(agreedTerms === undefined ? {} : { agreedTerms: Number(agreedTerms) }),
      updatedAt: now,
    })
    .where('id', '=', found.id)
    .returning(['citizenId', 'name', 'isBlocked', 'agreedTerms', 'pictureId'])
    .executeTakeFirst();
  if (!row) throw new GalleryError('unknown-person');
  await db
    .updateTable('persons')
    .set({
      searchText: toSearchText(row.citizenId, row.name),
      // Not in the statement before, which may remove the key (migration 0008).
      ...(isRenamed ? { citizenKey: identifierKey(citizenId) } : {}),
    })
    .where('id', '=', found.id)
    .execute();
  return { ...found, ...row, isBlocked: row.isBlocked !== 0, agreedTerms: row.agreedTerms !== 0, updatedAt: now };
}

async function writeEnrolment(
  db: Database,
  { masterKeys, vectors }: Pick<GalleryParts, 'masterKeys' | 'vectors'>,
  person: Person,
  enrolment: NewEnrolment,
  mode: 'replace' | 'add',
  now: number,
): Promise<AddedEnrolment> {
  const key: DataKey | undefined = await findDataKey(db, masterKeys, person.id);
  if (!key) throw new GalleryError('unknown-person');
  const removed = mode === 'replace' ? (await removeEnrolments(db, person)).numbers : [];
  const added = await addEnrolment(db, { vectors }, person, key, enrolment, now);
  if (mode === 'replace')
    await db.updateTable('persons').set({ pictureId: added.pictureId }).where('number', '=', person.number).execute();
  const at = { companyId: person.companyId, person: person.number };
  await recordChanges(
    db,
    [
      ...removed.map((number) => ({ kind: 'remove' as const, ...at, enrolment: number })),
      { kind: 'add', ...at, enrolment: added.number },
    ],
    now,
  );
  return added;
}

/**
 * Removes one of a person's enrolments, but never the last one.
 * @param id uuid
 * @throws GalleryError `unknown-person`, `unknown-enrolment`, `last-enrolment`
 */
export async function removeEnrolment(
  { store, audit }: GalleryParts,
  { caller, person: number, id }: { caller: GalleryCaller; person: number; id: string },
  now: number = store.now(),
): Promise<void> {
  await transact(store.db, async (db) => {
    const person = await findPerson(db, caller.companyId, number);
    if (!person || !(await lockPerson(db, person))) throw new GalleryError('unknown-person');
    const [removed] = (await removeEnrolments(db, person, id)).numbers;
    if (removed === undefined) throw new GalleryError('unknown-enrolment');
    const other = await db.selectFrom('enrolments').select('pictureId').where('person', '=', number).orderBy('number').execute();
    if (other.length === 0) throw new GalleryError('last-enrolment');
    const isShown = other.some(({ pictureId }) => pictureId === person.pictureId);
    if (!isShown)
      await db
        .updateTable('persons')
        .set({ pictureId: other.find(({ pictureId }) => pictureId !== null)?.pictureId ?? null })
        .where('number', '=', number)
        .execute();
    await recordChanges(db, [{ kind: 'remove', companyId: person.companyId, person: number, enrolment: removed }], now);
    await audit.append(db, {
      actor: caller.accountId,
      action: 'enrolment.remove',
      companyId: caller.companyId,
      subject: person.id,
    });
  });
}
