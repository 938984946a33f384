import type { Selectable } from 'kysely';
import type { AuditValue } from '../audit/audit-log.js';
import type { Values } from '../audit/change-log.js';
import { isRight, type Right } from '../base/settings/rights.js';
import type { AccountsTable, Database } from '../storage/schema.js';
import type { Caller } from './caller.js';

/** An account, without its password. */
export type Account = Caller &
  Readonly<{
    company: string;
    isDisabled: boolean;
    /** days to keep its scans; 0: forever; null: the server's default */
    retentionDays: number | null;
    /** epoch milliseconds */
    createdAt: number;
    /** epoch milliseconds */
    updatedAt: number;
  }>;

/** A new account. */
export interface NewAccount {
  readonly username: string;
  readonly password: string;
  /** company name; created if it does not exist. Default: the oldest company */
  readonly company?: string | undefined;
  /** default: all */
  readonly rights?: readonly Right[] | undefined;
}

/** The columns that commands change. */
export type AccountChange = Partial<
  Pick<
    Selectable<AccountsTable>,
    | 'passwordHash'
    | 'isDisabled'
    | 'policy'
    | 'retentionDays'
    | 'recognition'
    | 'rights'
    | 'enrolmentPictureDays'
    | 'scanPictureDays'
  >
>;
/** A row, with the company's name. */
export type AccountRow = Selectable<AccountsTable> & { company: string };

/** Selects accounts with their companies' names. */
export function selectAccounts(db: Database) {
  return db
    .selectFrom('accounts')
    .innerJoin('companies', 'companies.id', 'accounts.companyId')
    .selectAll('accounts')
    .select('companies.name as company');
}

export function toCaller(row: AccountRow): Caller {
  const { id, username, companyId, credentialVersion, policy, recognition, enrolmentPictureDays, scanPictureDays } = row;
  const rights = Object.freeze((JSON.parse(row.rights) as unknown[]).filter(isRight));
  return Object.freeze({
    accountId: id,
    username,
    companyId,
    rights,
    credentialVersion,
    policy,
    recognition,
    enrolmentPictureDays,
    scanPictureDays: scanPictureDays ?? 0,
  });
}

export function toAccount(row: AccountRow): Account {
  const { company, isDisabled, retentionDays, createdAt, updatedAt } = row;
  return Object.freeze({ ...toCaller(row), company, isDisabled: isDisabled !== 0, retentionDays, createdAt, updatedAt });
}

/** The settings of an account as the audit log shows them: without the password's hash. */
export function describeSettings(row: Selectable<AccountsTable>, columns: readonly (keyof AccountChange)[]): Values {
  const shown = {
    isDisabled: row.isDisabled !== 0,
    rights: JSON.parse(row.rights),
    policy: row.policy === null ? null : JSON.parse(row.policy),
    recognition: row.recognition === null ? null : JSON.parse(row.recognition),
    retentionDays: row.retentionDays,
    enrolmentPictureDays: row.enrolmentPictureDays,
    scanPictureDays: row.scanPictureDays,
  } satisfies Partial<Record<keyof AccountChange, AuditValue>>;
  return Object.fromEntries(Object.entries(shown).filter(([name]) => columns.includes(name as keyof AccountChange)));
}
