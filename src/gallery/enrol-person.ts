import { randomUUID } from 'node:crypto';
import type { Assessment } from '../scans/assess-picture.js';
import type { ScanService } from '../scans/scan-service.js';
import { isUniqueViolation } from '../storage/store-error.js';
import { transact } from '../storage/transaction.js';
import { makeDataKey } from '../vault/data-keys.js';
import { refuseOrReportDuplicates } from './duplicate-faces.js';
import { addEnrolment } from './enrolments.js';
import { recordChanges } from './gallery-clock.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryParts } from './gallery-parts.js';
import { linkScan } from './link-scan.js';
import { foldForSearch, type Person } from './person.js';
import { findByCitizenId } from './persons.js';
import { copyIfKept, type FaceCommand, seeFace, toEnrolment } from './see-face.js';
import type { TemplateSearch } from './template-search.js';

/** A person to register, with a picture. */
export interface EnrolCommand extends FaceCommand {
  readonly citizenId: string;
  readonly name: string;
  readonly isBlocked?: boolean;
  readonly agreedTerms?: boolean;
}

/** How it went: `person` is undefined when the picture was refused, for what the assessment says. */
export interface Enrolled {
  readonly assessment: Assessment;
  readonly person: Person | undefined;
  /** numbers of other persons with the same face, when the account wants to know */
  readonly duplicates: readonly number[];
}

/**
 * Registers a person by a picture. Person, key, template, picture and audit record are stored together or not at all: once this
 * resolves they are on the disk.
 * @throws GalleryError `citizen-id-taken`, `face-registered`; BusyError
 */
export async function enrolPerson(
  parts: GalleryParts,
  { scans, search }: { scans: ScanService; search: TemplateSearch },
  command: EnrolCommand,
  now: number = Date.now(),
): Promise<Enrolled> {
  const { store, masterKeys, audit, recognitionModel } = parts;
  const { caller, citizenId, name, isBlocked = false, agreedTerms = false } = command;
  if (await findByCitizenId(store.db, caller.companyId, citizenId)) throw new GalleryError('citizen-id-taken');
  const kept = copyIfKept(command);
  const { assessment, template, photo } = await seeFace(scans, command, 'enrolment');
  if (!template) return { assessment, person: undefined, duplicates: [] };
  const duplicates = await refuseOrReportDuplicates(parts, search, caller, template.vector, assessment.policy);
  const owner = { id: randomUUID(), companyId: caller.companyId, citizenId, name, createdAt: now, updatedAt: now };
  try {
    const person = await transact(store.db, async (db): Promise<Person> => {
      const { number } = await db
        .insertInto('persons')
        .values({
          ...owner,
          searchText: foldForSearch(citizenId, name),
          isBlocked: Number(isBlocked),
          agreedTerms: Number(agreedTerms),
          pictureId: null,
          createdBy: caller.accountId,
        })
        .returning('number')
        .executeTakeFirstOrThrow();
      const key = await makeDataKey(db, masterKeys, owner.id, now);
      const enrolment = toEnrolment(caller, recognitionModel, { assessment, template, photo }, kept);
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
