import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { EpochMs, Fixed } from './column.js';

/** Persons who can be recognised. */
export interface PersonsTable {
  /** increases, never reused */
  readonly number: Generated<number>;
  /** uuid; identifies the person in keys, pictures and the audit log */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  /** the client's identifier of the person, unique within the company */
  readonly citizenId: string;
  /**
   * the form of the id that is compared (base/identifier-key), unique within the company; null: not filled in yet (an older
   * release wrote the row), or held by another person whose id differs only in its Unicode form
   */
  readonly citizenKey: ColumnType<string | null, string | null | undefined, string | null>;
  readonly name: string;
  /** citizen id and name, folded, for searching */
  readonly searchText: string;
  /** 0 or 1; blocked persons are not recognised */
  readonly isBlocked: number;
  /** 0 or 1 */
  readonly agreedTerms: number;
  /** the person's main picture in `pictures`, while it is kept */
  readonly pictureId: string | null;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** account id */
  readonly createdBy: Fixed<string>;
}

/**
 * SQLite only: the parts of three letters of persons' search texts, folded, each after the first four characters of the company's id. Kept
 * by triggers. PostgreSQL has an index of the same parts (`persons_by_grams`).
 */
export interface PersonGramsTable {
  readonly gram: Fixed<string>;
  /** `persons.number` */
  readonly person: Fixed<number>;
}

/** Keys that seal pictures and templates: one per person and one per scan with a picture. */
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
  /** the subject whose key opens it (`data_keys`) */
  readonly subject: Fixed<string>;
  readonly mediaType: Fixed<string>;
  readonly sealed: Uint8Array;
  readonly createdAt: Fixed<EpochMs>;
  /** null: kept as long as its subject */
  readonly expiresAt: EpochMs | null;
}

/** Templates that persons are recognised by. */
export interface EnrolmentsTable {
  /** increases, never reused */
  readonly number: Generated<number>;
  /** uuid */
  readonly id: Fixed<string>;
  /** number in `persons` */
  readonly person: Fixed<number>;
  readonly companyId: Fixed<string>;
  /** the model that created the template; templates of different models are not comparable */
  readonly model: string;
  /** sealed with the person's key */
  readonly template: Uint8Array;
  /** quality of the face, 0..1 */
  readonly quality: number;
  readonly pictureId: string | null;
  readonly createdAt: Fixed<EpochMs>;
  /** account id */
  readonly createdBy: Fixed<string>;
}

/**
 * A single row: the number of gallery changes. Each change increments it in its own transaction, which also orders the commits.
 */
export interface GalleryClockTable {
  readonly id: Fixed<number>;
  readonly value: number;
}

/** The changes that replicas follow. */
export interface GalleryChangesTable {
  /** the clock's value */
  readonly sequence: Fixed<number>;
  /** random, made by the database: tells this change from another one of the same number in a database that went back */
  readonly mark: GeneratedAlways<string>;
  readonly kind: Fixed<'add' | 'remove'>;
  readonly companyId: Fixed<string>;
  /** number of the person */
  readonly person: Fixed<number>;
  /** number of the enrolment; null: all of the person's */
  readonly enrolment: Fixed<number | null>;
  readonly changedAt: Fixed<EpochMs>;
}

/** Processes that hold templates in memory, and how far each has followed the changes. */
export interface GalleryReplicasTable {
  readonly id: Fixed<string>;
  /** sequence of the last change applied */
  readonly applied: number;
  readonly seenAt: EpochMs;
}

/** A single row: the end of the audit log's chain. */
export interface AuditHeadTable {
  readonly id: Fixed<number>;
  readonly sequence: number;
  readonly hash: string;
}

/** The audit log: who did what to whom, each row chained to the previous one. */
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

/** Points of the audit log's chain that are authenticated by its key (audit/audit-marks.ts). */
export interface AuditMarksTable {
  /** `verified`: where the last verification ended; `base`: the last record that was moved to an archive */
  readonly name: Fixed<string>;
  readonly sequence: number;
  /** of that record */
  readonly hash: string;
  readonly setAt: EpochMs;
  /** HMAC of the other columns */
  readonly mac: string;
}

/** Signed proofs of erasure. */
export interface ErasureReceiptsTable {
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  /** compact JWS */
  readonly receipt: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
}

/** Erasures of persons who are gone already, while scans of theirs remain to be deleted. */
export interface UnfinishedErasuresTable {
  /** uuid, of the receipt to come */
  readonly id: Fixed<string>;
  /** uuid that the person had */
  readonly person: Fixed<string>;
  readonly companyId: Fixed<string>;
  readonly erasedAt: Fixed<EpochMs>;
  /** account id, or `operator` */
  readonly erasedBy: Fixed<string>;
  /** number of the gallery change */
  readonly change: Fixed<number>;
  /** deleted, as in the columns below; pictures and scans so far */
  readonly enrolments: Fixed<number>;
  readonly keys: Fixed<number>;
  readonly pictures: number;
  readonly scans: number;
}
