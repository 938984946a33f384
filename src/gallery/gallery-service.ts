import type { FaceAssessor } from '../scans/face-assessor.js';
import { transact } from '../storage/transaction.js';
import { findDataKey } from '../vault/data-keys.js';
import { findPicture, type Picture } from '../vault/pictures.js';
import { type ChangeCommand, type Changed, changePerson, removeEnrolment } from './change-person.js';
import { compareWithDocument, type DocumentCommand, type DocumentComparison } from './compare-document.js';
import { type CompareCommand, type Comparison, compareFace } from './compare-face.js';
import { comparePictures, type PicturesCommand, type PicturesComparison } from './compare-pictures.js';
import { type EnrolCommand, type Enrolled, enrolPerson } from './enrol-person.js';
import { type Enrolment, listEnrolments } from './enrolments.js';
import { type EraseCommand, type Erased, erasePerson } from './erase-person.js';
import type { Actor, GalleryCaller, GalleryParts } from './gallery-parts.js';
import { type Identification, type IdentifyCommand, identifyFace } from './identify-face.js';
import { listPersons, type PersonListing, type PersonListingResult } from './list-persons.js';
import type { Person } from './person.js';
import { findPerson } from './persons.js';
import type { TemplateSearch } from './template-search.js';

/** Persons and faces: everything that contracts need from the gallery. */
export interface GalleryService {
  enrol(command: EnrolCommand): Promise<Enrolled>;
  change(command: ChangeCommand): Promise<Changed>;
  compare(command: CompareCommand): Promise<Comparison>;
  /** Compares a live face with the largest one on a document. */
  compareWithDocument(command: DocumentCommand): Promise<DocumentComparison>;
  /** Compares the largest faces of two pictures, without liveness. */
  comparePictures(command: PicturesCommand): Promise<PicturesComparison>;
  identify(command: IdentifyCommand): Promise<Identification>;
  erase(command: EraseCommand): Promise<Erased>;
  /** The company's person with this number; persons of other companies are not found. */
  find(companyId: string, number: number): Promise<Person | undefined>;
  list(listing: PersonListing): Promise<PersonListingResult>;
  listEnrolments(person: Person): Promise<Enrolment[]>;
  removeEnrolment(command: { caller: GalleryCaller; person: number; id: string }): Promise<void>;
  /** The picture that represents a person, while it is kept. Each access is recorded in the audit log. */
  readPicture(actor: Actor, person: Person): Promise<Picture | undefined>;
  /** The public JWK that verifies erasure receipts. */
  readonly receiptKey: GalleryParts['receipts']['publicJwk'];
  /** The company's receipt with this id. */
  findReceipt(companyId: string, id: string): Promise<string | undefined>;
}

/** Creates the gallery. */
export function createGalleryService(
  parts: GalleryParts,
  faces: { readonly assessor: FaceAssessor; readonly search: TemplateSearch },
): GalleryService {
  const { store, masterKeys, audit, receipts } = parts;
  return {
    enrol: (command) => enrolPerson(parts, faces, command),
    change: (command) => changePerson(parts, faces, command),
    compare: (command) => compareFace(parts, faces.assessor, command),
    compareWithDocument: (command) => compareWithDocument(parts, faces.assessor, command),
    comparePictures: (command) => comparePictures(parts, faces.assessor, command),
    identify: (command) => identifyFace(parts, faces, command),
    erase: (command) => erasePerson({ ...parts, search: faces.search }, command),
    find: (companyId, number) => findPerson(store.db, companyId, number),
    list: (listing) => listPersons(store, listing),
    listEnrolments: (person) => listEnrolments(store.db, person),
    removeEnrolment: (command) => removeEnrolment(parts, command),
    async readPicture({ accountId, companyId }, { id, pictureId }) {
      const key = pictureId === null ? undefined : await findDataKey(store.db, masterKeys, id);
      const picture = key && pictureId !== null ? await findPicture(store.db, key, id, pictureId) : undefined;
      if (picture)
        await transact(store.db, (db) =>
          audit.append(db, { actor: accountId, action: 'person.picture.read', companyId, subject: id }),
        );
      return picture;
    },
    get receiptKey() {
      return receipts.publicJwk;
    },
    async findReceipt(companyId, id) {
      const found = store.db.selectFrom('erasureReceipts').select('receipt').where('id', '=', id);
      return (await found.where('companyId', '=', companyId).executeTakeFirst())?.receipt;
    },
  };
}
