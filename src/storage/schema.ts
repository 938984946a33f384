import type { ColumnType, Generated, Kysely } from 'kysely';

/** Milliseconds since 1970-01-01T00:00Z, as an integer: the same in every dialect. */
export type EpochMs = number;

/** Set when the row is made, never changed. */
type Fixed<T> = ColumnType<T, T, never>;

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
  readonly createdAt: Fixed<EpochMs>;
  readonly updatedAt: EpochMs;
}

/** Stored analyses: numbers and words, never a picture. */
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

/** Every table. Columns are snake_case in SQL, camelCase here (kysely's CamelCasePlugin). */
export interface Schema {
  companies: CompaniesTable;
  accounts: AccountsTable;
  scans: ScansTable;
  openidEntities: OpenIdEntitiesTable;
  openidClients: OpenIdClientsTable;
  outsideIdentities: OutsideIdentitiesTable;
}

/** The open database, or a transaction on it. */
export type Database = Kysely<Schema>;
