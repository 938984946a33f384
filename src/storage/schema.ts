import type { ColumnType, Generated, Kysely } from 'kysely';
import type { EpochMs, Fixed } from './column.js';
import type {
  AuditEventsTable,
  AuditHeadTable,
  AuditMarksTable,
  DataKeysTable,
  EnrolmentsTable,
  ErasureReceiptsTable,
  GalleryChangesTable,
  GalleryClockTable,
  GalleryReplicasTable,
  PersonGramsTable,
  PersonsTable,
  PicturesTable,
  UnfinishedErasuresTable,
} from './gallery-schema.js';
import type { KeyFingerprintsTable, ServersTable, SweepClockTable } from './replica-schema.js';

export type { EpochMs } from './column.js';
export type * from './gallery-schema.js';
export type * from './replica-schema.js';

/** Companies, which own all other data. */
export interface CompaniesTable {
  /** uuid */
  readonly id: Fixed<string>;
  /** unique */
  readonly name: string;
  readonly createdAt: Fixed<EpochMs>;
}

/** Accounts of callers. */
export interface AccountsTable {
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: string;
  /** in its original spelling */
  readonly username: Fixed<string>;
  /** unique; the form shared by all spellings of the name (identity/username.ts) */
  readonly usernameFolded: Fixed<string>;
  /** argon2id, PHC format */
  readonly passwordHash: string;
  /** 0 or 1: SQLite has no boolean */
  readonly isDisabled: number;
  /** JSON array of rights (identity/caller.ts) */
  readonly rights: string;
  /** incremented to revoke earlier tokens and cached credentials */
  readonly credentialVersion: number;
  /** the account's own thresholds as JSON; null: the defaults */
  readonly policy: ColumnType<string | null, string | null | undefined, string | null>;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** days to keep its scans; 0: forever; null: the server's default */
  readonly retentionDays: Generated<number | null>;
  /** recognition settings as JSON (gallery/recognition-settings); null: the defaults */
  readonly recognition: ColumnType<string | null, string | null | undefined, string | null>;
  /** days to keep enrolment pictures; 0: not kept; null: as long as the enrolment */
  readonly enrolmentPictureDays: Generated<number | null>;
  /** days to keep scan pictures; 0 and null: not kept */
  readonly scanPictureDays: Generated<number | null>;
}

/** Stored analyses. Observations never change; corrections go to the summary. A kept picture is in `pictures`. */
export interface ScansTable {
  /** increases, never reused */
  readonly number: Generated<number>;
  /** uuid */
  readonly id: Fixed<string>;
  readonly companyId: Fixed<string>;
  readonly accountId: Fixed<string>;
  /** the contract of the request */
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
  /** the first fault found with the face; null: none */
  readonly finding: string | null;
  readonly policyVersion: string;
  /** opaque JSON */
  readonly detail: string;
  /** uuid of the person whom the picture was compared with; the scan is erased with the person */
  readonly personId: ColumnType<string | null, string | null | undefined, string | null>;
  /** id in `pictures`, while the picture is kept */
  readonly pictureId: ColumnType<string | null, string | null | undefined, string | null>;
}

/** Companies as owners of scan summaries, with a number that keeps indexes small. */
export interface ScanOwnersTable {
  readonly number: Generated<number>;
  /** unique */
  readonly companyId: Fixed<string>;
}

/** A contract's view of a scan, in columns for filtering and sorting; clients may correct it. */
export interface ScanSummariesTable {
  /** of the scan */
  readonly number: Fixed<number>;
  /** number in `scan_owners` */
  readonly owner: Fixed<number>;
  /** uuid of the scan, for sorting */
  readonly id: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
  /** account id */
  readonly createdBy: Fixed<string>;
  /** account id */
  readonly updatedBy: string;
  /** 1, incremented with each correction */
  readonly revision: number;
  /** seconds */
  readonly elapsedTime: number;
  readonly channel: string | null;
  readonly reference: string | null;
  readonly result: string;
  readonly livenessScore: number | null;
  /** 0, 1 or null (unknown), as in the five columns below */
  readonly eyeClosed: number | null;
  readonly mouthOpened: number | null;
  readonly boundaryFace: number | null;
  readonly notFront: number | null;
  readonly occluded: number | null;
  readonly small: number | null;
  readonly quality: string | null;
  readonly luminance: string | null;
}

/** The number of summaries per owner, result and channel: counting a million rows takes too long. */
export interface ScanCountsTable {
  readonly owner: Fixed<number>;
  readonly result: Fixed<string>;
  /** empty: no channel */
  readonly channel: Fixed<string>;
  readonly count: number;
}

/** State of the OpenID provider: sessions, grants, codes, refresh tokens, logins in progress. */
export interface OpenIdEntitiesTable {
  /** the provider's name for the kind of entity */
  readonly model: Fixed<string>;
  /** SHA-256 of the id, which for codes and tokens is the credential itself */
  readonly idHash: Fixed<string>;
  /** JSON, opaque */
  readonly payload: string;
  readonly grantId: string | null;
  /** the second identifier of a session */
  readonly uid: string | null;
  /** when a single-use entity was used; null: not yet */
  readonly consumedAt: EpochMs | null;
  readonly expiresAt: EpochMs;
}

/** OAuth2 clients created by command. */
export interface OpenIdClientsTable {
  /** client_id */
  readonly id: Fixed<string>;
  /** SHA-256 (hexadecimal) of the secret; null: a public client */
  readonly secretHash: string | null;
  /** JSON array of grant types */
  readonly grants: Fixed<string>;
  /** JSON array; those that end in `/*` match every path below */
  readonly redirectUris: string;
  /** 0 or 1 */
  readonly requiresPkce: Generated<number>;
  /** JSON array of origins of browser applications, beyond those of the redirect URIs */
  readonly webOrigins: Generated<string>;
  /** the account used when the client acts for itself (client_credentials) */
  readonly accountId: Fixed<string | null>;
  readonly createdAt: Fixed<EpochMs>;
}

/** Links users of an outside OpenID provider to accounts. */
export interface OutsideIdentitiesTable {
  readonly issuer: Fixed<string>;
  /** the provider's `sub` */
  readonly subject: Fixed<string>;
  readonly accountId: Fixed<string>;
  readonly createdAt: Fixed<EpochMs>;
}

/** Nonces of judged capture packets, kept until the packets would be too old anyway. */
export interface CaptureNoncesTable {
  /** SHA-256 in hexadecimal */
  readonly nonceHash: Fixed<string>;
  readonly expiresAt: Fixed<EpochMs>;
}

/** Failed logins, by account and address and by address alone. */
export interface LoginAttemptsTable {
  /** keyed hash */
  readonly id: Fixed<string>;
  /** since the first one, or since the last right password */
  readonly failures: number;
  /** when they are forgotten, or the block ends */
  readonly expiresAt: EpochMs;
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
  personGrams: PersonGramsTable;
  dataKeys: DataKeysTable;
  pictures: PicturesTable;
  enrolments: EnrolmentsTable;
  galleryClock: GalleryClockTable;
  galleryChanges: GalleryChangesTable;
  galleryReplicas: GalleryReplicasTable;
  auditHead: AuditHeadTable;
  auditEvents: AuditEventsTable;
  auditMarks: AuditMarksTable;
  erasureReceipts: ErasureReceiptsTable;
  unfinishedErasures: UnfinishedErasuresTable;
  captureNonces: CaptureNoncesTable;
  loginAttempts: LoginAttemptsTable;
  servers: ServersTable;
  keyFingerprints: KeyFingerprintsTable;
  sweepClock: SweepClockTable;
}

/** The open database, or a transaction on it. */
export type Database = Kysely<Schema>;
