import type { Generated } from 'kysely';
import type { EpochMs, Fixed } from './column.js';

/** Who can be recognised. */
export interface PersonsTable {
  /** counts up, never used twice */
  readonly number: Generated<number>;
  /** uuid: what its keys, pictures and the audit log know it by */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  /** the client's identification of the person, unique within the company */
  readonly citizenId: string;
  readonly name: string;
  /** citizen id and name, folded, for finding */
  readonly searchText: string;
  /** 0 or 1: is not recognised */
  readonly isBlocked: number;
  /** 0 or 1 */
  readonly agreedTerms: number;
  /** the picture that stands for the person, in `pictures`, while it is kept */
  readonly pictureId: string | null;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** account id */
  readonly createdBy: Fixed<string>;
}

/** The keys that pictures and templates are sealed with, one for each person and each scan with a picture. */
export interface DataKeysTable {
  /** uuid of the person or scan */
  readonly subject: Fixed<string>;
  /** sealed by a master key */
  readonly wrapped: Uint8Array;
  /** id of that master key */
  readonly masterKey: string;
  readonly createdAt: Fixed<EpochMs>;
}

/** Sealed pictures. */
export interface PicturesTable {
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  /** whose key opens it (`data_keys`) */
  readonly subject: Fixed<string>;
  readonly mediaType: Fixed<string>;
  readonly sealed: Uint8Array;
  readonly createdAt: Fixed<EpochMs>;
  /** null: as long as what it belongs to */
  readonly expiresAt: EpochMs | null;
}

/** Templates by which persons are recognised. */
export interface EnrolmentsTable {
  /** counts up, never used twice */
  readonly number: Generated<number>;
  /** uuid */
  readonly id: Fixed<string>;
  /** number in `persons` */
  readonly person: Fixed<number>;
  readonly companyId: Fixed<string>;
  /** that made the template: templates of different models do not compare */
  readonly model: string;
  /** sealed with the person's key */
  readonly template: Uint8Array;
  /** of the face, 0..1 */
  readonly quality: number;
  readonly pictureId: string | null;
  readonly createdAt: Fixed<EpochMs>;
  /** account id */
  readonly createdBy: Fixed<string>;
}

/** One row: how many changes the gallery has had. Raised within the transaction of each, which also orders their commits. */
export interface GalleryClockTable {
  readonly id: Fixed<number>;
  readonly value: number;
}

/** What replicas follow. */
export interface GalleryChangesTable {
  /** the clock's value */
  readonly sequence: Fixed<number>;
  readonly kind: Fixed<'add' | 'remove'>;
  readonly companyId: Fixed<string>;
  /** number of the person */
  readonly person: Fixed<number>;
  /** number of the enrolment; null: all of the person */
  readonly enrolment: Fixed<number | null>;
  readonly changedAt: Fixed<EpochMs>;
}

/** Which processes hold templates in memory, and how far they have followed. */
export interface GalleryReplicasTable {
  readonly id: Fixed<string>;
  /** sequence of the last change applied */
  readonly applied: number;
  readonly seenAt: EpochMs;
}

/** One row: the end of the audit log's chain. */
export interface AuditHeadTable {
  readonly id: Fixed<number>;
  readonly sequence: number;
  readonly hash: string;
}

/** Who did what to whom, each row chained to the one before. */
export interface AuditEventsTable {
  readonly sequence: Fixed<number>;
  readonly happenedAt: Fixed<EpochMs>;
  readonly companyId: Fixed<string | null>;
  /** account id, or `operator` */
  readonly actor: Fixed<string>;
  readonly action: Fixed<string>;
  /** uuid of the person */
  readonly subject: Fixed<string | null>;
  /** JSON, without personal data */
  readonly detail: Fixed<string>;
  readonly hash: Fixed<string>;
}

/** Signed proofs of what was erased. */
export interface ErasureReceiptsTable {
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  /** compact JWS */
  readonly receipt: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
}
