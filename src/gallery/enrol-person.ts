import { randomUUID } from 'node:crypto';
import { identifierKey } from '../base/identifier-key.js';
import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { isUniqueViolation } from '../storage/store-error.js';
import { transact } from '../storage/transaction.js';
import { makeDataKey } from '../vault/data-keys.js';
import { refuseOrReportDuplicates } from './duplicate-faces.js';
import { addEnrolment } from './enrolments.js';
import { toSearchText } from './fold-text.js';
import { recordChanges } from './gallery-clock.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryParts } from './gallery-parts.js';
import { linkScan } from './link-scan.js';
import type { Person } from './person.js';
import { findSameCitizenId } from './persons.js';
import { type FaceCommand, seeFace, toEnrolment } from './see-face.js';
import type { TemplateSearch } from './template-search.js';

/** A person to register, with a face. */
export interface EnrolCommand extends FaceCommand {
  readonly citizenId: string;
  readonly name: string;
  readonly isBlocked?: boolean;
  readonly agreedTerms?: boolean;
}

/** The result: `person` is undefined if the picture was refused. The assessment says why. */
export interface Enrolled {
  readonly assessment: Assessment;
  readonly person: Person | undefined;
  /** numbers of other persons with the same face, if the account wants duplicates reported */
  readonly duplicates: readonly number[];
}

/**
 * Registers a person with a picture. Person, key, template, picture and audit record are stored in one transaction. Once this
 * resolves, they are on disk.
 * @throws GalleryError `citizen-id-taken`, `face-registered`; BusyError
 */
export async function enrolPerson(
  parts: GalleryParts,
  { assessor, search }: { assessor: FaceAssessor; search: TemplateSearch },
  command: EnrolCommand,
  now: number = parts.store.now(),
): Promise<Enrolled> {
  const { store, masterKeys, audit, recognitionModel } = parts;
  const { caller, citizenId, name, isBlocked = false, agreedTerms = false } = command;
  if ((await findSameCitizenId(store.db, caller.companyId, citizenId)).length > 0) throw new GalleryError('citizen-id-taken');
  const seen = await seeFace(assessor, command, 'enrolment');
  const { assessment, template } = seen;
  if (!template) return { assessment, person: undefined, duplicates: [] };
  const duplicates = await refuseOrReportDuplicates(parts, search, caller, template.vector, assessment.policy);
  const owner = { id: randomUUID(), companyId: caller.companyId, citizenId, name, createdAt: now, updatedAt: now };
  try {
    const person = await transact(store.db, async (db): Promise<Person> => {
      const { number } = await db
        .insertInto('persons')
        .values({
          ...owner,
          citizenKey: identifierKey(citizenId),
          searchText: toSearchText(citizenId, name),
          isBlocked: Number(isBlocked),
          agreedTerms: Number(agreedTerms),
          pictureId: null,
          createdBy: caller.accountId,
        })
        .returning('number')
        .executeTakeFirstOrThrow();
      const key = await makeDataKey(db, masterKeys, owner.id, now);
      const enrolment = toEnrolment(caller, recognitionModel, { ...seen, template });
      const added = await addEnrolment(db, parts, { ...owner, number }, key, enrolment, now);
      const { pictureId } = added;
      await db.updateTable('persons').set({ pictureId }).where('number', '=', number).execute();
      await linkScan(db, owner, assessment.scan);
      await recordChanges(db, [{ kind: 'add', companyId: owner.companyId, person: number, enrolment: added.number }], now);
      await duplicates.settle(db, number);
      await audit.append(db, {
        actor: caller.accountId,
        action: 'person.create',
        companyId: owner.companyId,
        subject: owner.id,
        detail: { model: recognitionModel, pictureKept: pictureId !== null, duplicates: duplicates.persons.length },
      });
      return { ...owner, number, isBlocked, agreedTerms, pictureId };
    });
    return { assessment, person, duplicates: duplicates.persons };
  } catch (error) {
    if (isUniqueViolation(error)) throw new GalleryError('citizen-id-taken');
    throw error;
  }
}
