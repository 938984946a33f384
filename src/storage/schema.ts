import type { ColumnType, Generated, Kysely } from 'kysely';
import type { EpochMs, Fixed } from './column.js';
import type {
  AuditEventsTable,
  AuditHeadTable,
  DataKeysTable,
  EnrolmentsTable,
  ErasureReceiptsTable,
  GalleryChangesTable,
  GalleryClockTable,
  GalleryReplicasTable,
  PersonsTable,
  PicturesTable,
} from './gallery-schema.js';

export type { EpochMs } from './column.js';
export type * from './gallery-schema.js';

/** Whose data it is. */
export interface CompaniesTable {
  /** uuid */
  readonly id: Fixed<string>;
  /** unique */
  readonly name: string;
  readonly createdAt: Fixed<EpochMs>;
}

/** Who calls. */
export interface AccountsTable {
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: string;
  /** as it was given */
  readonly username: Fixed<string>;
  /** unique: what two spellings of one name have in common (identity/username.ts) */
  readonly usernameFolded: Fixed<string>;
  /** argon2id, PHC format */
  readonly passwordHash: string;
  /** 0 or 1: SQLite has no boolean */
  readonly isDisabled: number;
  /** JSON array of rights (identity/caller.ts) */
  readonly rights: string;
  /** raised whenever tokens and caches made before must become void */
  readonly credentialVersion: number;
  /** the account's own thresholds as JSON; null: the defaults */
  readonly policy: ColumnType<string | null, string | null | undefined, string | null>;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** days its scans are kept; 0: for ever; null: the server's default */
  readonly retentionDays: Generated<number | null>;
  /** how it recognises, JSON (gallery/recognition-settings); null: the defaults */
  readonly recognition: ColumnType<string | null, string | null | undefined, string | null>;
  /** days the pictures of enrolments are kept; 0: not at all; null: as long as the enrolment */
  readonly enrolmentPictureDays: Generated<number | null>;
  /** days the pictures of scans are kept; 0 and null: not at all */
  readonly scanPictureDays: Generated<number | null>;
}

/** Stored analyses: numbers and words; a kept picture is in a table of its own. The observation never changes: corrections go to the summary. */
export interface ScansTable {
  /** counts up, never used twice */
  readonly number: Generated<number>;
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  readonly accountId: Fixed<string>;
  /** which contract asked */
  readonly contract: Fixed<string>;
  /** the client's own reference */
  readonly reference: string | null;
  readonly channel: string | null;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** account id */
  readonly createdBy: Fixed<string>;
  /** account id */
  readonly updatedBy: string;
  /** milliseconds the analysis took */
  readonly elapsedMs: number;
  readonly outcome: string;
  /** 0..1, higher is live; null: not measured */
  readonly livenessScore: number | null;
  /** the first thing wrong with the face; null: nothing */
  readonly finding: string | null;
  readonly policyVersion: string;
  /** opaque JSON */
  readonly detail: string;
  /** whom the picture was compared with, uuid: erased with the person */
  readonly personId: ColumnType<string | null, string | null | undefined, string | null>;
  /** in `pictures`, while it is kept */
  readonly pictureId: ColumnType<string | null, string | null | undefined, string | null>;
}

/** A company as the owner of scan summaries, under a number that is short in indexes. */
export interface ScanOwnersTable {
  readonly number: Generated<number>;
  /** unique */
  readonly companyId: Fixed<string>;
}

/** What a contract says of a scan, in columns that are filtered and sorted by and that clients may correct. */
export interface ScanSummariesTable {
  /** of the scan */
  readonly number: Fixed<number>;
  /** number in `scan_owners` */
  readonly owner: Fixed<number>;
  /** of the scan, for sorting */
  readonly id: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** account id */
  readonly createdBy: Fixed<string>;
  /** account id */
  readonly updatedBy: string;
  /** 1, and one more with each correction */
  readonly revision: number;
  /** seconds */
  readonly elapsedTime: number;
  readonly channel: string | null;
  readonly reference: string | null;
  readonly result: string;
  readonly livenessScore: number | null;
  /** 0, 1 or unknown, as the five below */
  readonly eyeClosed: number | null;
  readonly mouthOpened: number | null;
  readonly boundaryFace: number | null;
  readonly notFront: number | null;
  readonly occluded: number | null;
  readonly small: number | null;
  readonly quality: string | null;
  readonly luminance: string | null;
}

/** How many summaries there are of an owner, result and channel: counting a million rows takes too long. */
export interface ScanCountsTable {
  readonly owner: Fixed<number>;
  readonly result: Fixed<string>;
  /** empty: none */
  readonly channel: Fixed<string>;
  readonly count: number;
}

/** What the OpenID provider keeps: sessions, grants, codes, refresh tokens, logins in progress. */
export interface OpenIdEntitiesTable {
  /** the provider's name of its kind */
  readonly model: Fixed<string>;
  /** SHA-256 of the id, which for codes and tokens is the credential itself */
  readonly idHash: Fixed<string>;
  /** JSON, of the provider's making */
  readonly payload: string;
  readonly grantId: string | null;
  /** a session's second name */
  readonly uid: string | null;
  /** of what may be used once; null: not used yet */
  readonly consumedAt: EpochMs | null;
  readonly expiresAt: EpochMs;
}

/** OAuth2 clients made by command. */
export interface OpenIdClientsTable {
  /** client_id */
  readonly id: Fixed<string>;
  /** SHA-256 in hexadecimal of a 256-bit random secret; null: a public client */
  readonly secretHash: Fixed<string | null>;
  /** JSON array of grant types */
  readonly grants: Fixed<string>;
  /** JSON array */
  readonly redirectUris: Fixed<string>;
  /** whom the client is when it acts for itself (client_credentials) */
  readonly accountId: Fixed<string | null>;
  readonly createdAt: Fixed<EpochMs>;
}

/** Which account stands for whom of an outside OpenID provider. */
export interface OutsideIdentitiesTable {
  readonly issuer: Fixed<string>;
  /** the provider's `sub` */
  readonly subject: Fixed<string>;
  readonly accountId: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
}

/** Nonces of the capture packets that were judged, until those would be stale. */
export interface CaptureNoncesTable {
  /** SHA-256 in hexadecimal */
  readonly nonceHash: Fixed<string>;
  readonly expiresAt: Fixed<EpochMs>;
}

/** Every table. Columns are snake_case in SQL, camelCase here (kysely's CamelCasePlugin). */
export interface Schema {
  companies: CompaniesTable;
  accounts: AccountsTable;
  scans: ScansTable;
  scanOwners: ScanOwnersTable;
  scanSummaries: ScanSummariesTable;
  scanCounts: ScanCountsTable;
  openidEntities: OpenIdEntitiesTable;
  openidClients: OpenIdClientsTable;
  outsideIdentities: OutsideIdentitiesTable;
  persons: PersonsTable;
  dataKeys: DataKeysTable;
  pictures: PicturesTable;
  enrolments: EnrolmentsTable;
  galleryClock: GalleryClockTable;
  galleryChanges: GalleryChangesTable;
  galleryReplicas: GalleryReplicasTable;
  auditHead: AuditHeadTable;
  auditEvents: AuditEventsTable;
  erasureReceipts: ErasureReceiptsTable;
  captureNonces: CaptureNoncesTable;
}

/** The open database, or a transaction on it. */
export type Database = Kysely<Schema>;
