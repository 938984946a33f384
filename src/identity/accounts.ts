import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { isRight, RIGHTS, type Right } from '../base/settings/rights.js';
import type { AccountsTable, Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { isUniqueViolation } from '../storage/store-error.js';
import { takeTurn, transact } from '../storage/transaction.js';
import { AccountError, unknownAccount } from './account-error.js';
import type { Caller } from './caller.js';
import { findOrAddCompany } from './companies.js';
import type { PasswordHasher } from './password-hasher.js';
import { checkPassword } from './password-rules.js';
import { checkUsername, foldUsername, isUsername } from './username.js';

/** The longest retention, in days; the server's own setting has the same limit. */
const MAX_RETENTION_DAYS = 36_500;

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

/** The accounts in the database. Nothing is cached: changes by another process are visible to the next call. */
export class Accounts {
  readonly #db: Database;
  readonly #hasher: PasswordHasher;
  readonly #now: () => number;

  constructor({ store, hasher, now = store.now }: { store: Store; hasher: PasswordHasher; now?: () => number }) {
    this.#db = store.db;
    this.#hasher = hasher;
    this.#now = now;
  }

  /** @throws AccountError `bad-username`, `bad-password`, `bad-company`, `username-taken` */
  async create(account: NewAccount): Promise<Account> {
    const created = await this.#create(account, false);
    return created!;
  }

  /**
   * Creates the account only if there are no accounts, even if several processes try at once.
   * @returns `undefined` if an account exists
   */
  createFirst(account: NewAccount): Promise<Account | undefined> {
    return this.#create(account, true);
  }

  async #create(
    { username, password, company, rights = RIGHTS }: NewAccount,
    mustBeFirst: boolean,
  ): Promise<Account | undefined> {
    checkUsername(username);
    // Hash before the transaction, which blocks every other writer.
    const passwordHash = await this.#hasher.hash(checkPassword(password));
    const now = this.#now();
    const id = randomUUID();
    try {
      const isCreated = await transact(this.#db, async (db) => {
        await takeTurn(db, 'accounts');
        if (mustBeFirst && (await hasAny(db))) return false;
        const companyId = await findOrAddCompany(db, company, now);
        await db
          .insertInto('accounts')
          .values({
            id,
            companyId,
            username,
            usernameFolded: foldUsername(username),
            passwordHash,
            isDisabled: 0,
            rights: JSON.stringify(RIGHTS.filter((right) => rights.includes(right))),
            credentialVersion: 1,
            createdAt: now,
            updatedAt: now,
          })
          .execute();
        return true;
      });
      return isCreated ? await this.find(username) : undefined;
    } catch (error) {
      if (isUniqueViolation(error)) throw new AccountError('username-taken', `the account ${username} already exists`);
      throw error;
    }
  }

  /** Whether any account exists. */
  hasAny(): Promise<boolean> {
    return hasAny(this.#db);
  }

  /** Every account, sorted by name. */
  async list(): Promise<Account[]> {
    const rows = await select(this.#db).orderBy('accounts.usernameFolded').execute();
    return rows.map(toAccount);
  }

  /** Finds an account by name, ignoring case and Unicode form. */
  async find(username: string): Promise<Account | undefined> {
    return (await this.findCredential(username))?.account;
  }

  /** Finds an account and its password hash by name, including disabled accounts. */
  async findCredential(username: string): Promise<{ account: Account; passwordHash: string } | undefined> {
    if (!isUsername(username)) return undefined;
    const row = await select(this.#db).where('accounts.usernameFolded', '=', foldUsername(username)).executeTakeFirst();
    return row && { account: toAccount(row), passwordHash: row.passwordHash };
  }

  /**
   * The caller behind a token or a remembered password.
   * @returns `undefined` if the account was deleted or disabled, or its credential version differs
   */
  async loadCaller(accountId: string, credentialVersion: number): Promise<Caller | undefined> {
    if (!/^[0-9a-f-]{36}$/.test(accountId) || !Number.isSafeInteger(credentialVersion)) return undefined;
    const row = await select(this.#db).where('accounts.id', '=', accountId).executeTakeFirst();
    if (!row || row.isDisabled || row.credentialVersion !== credentialVersion) return undefined;
    return toCaller(row);
  }

  /** The account as a caller, regardless of its credential version. @returns `undefined` if it was deleted or disabled */
  async loadEnabled(accountId: string): Promise<Caller | undefined> {
    const row = await select(this.#db).where('accounts.id', '=', accountId).executeTakeFirst();
    return !row || row.isDisabled ? undefined : toCaller(row);
  }

  /** Moves an account to a company, which is created if it does not exist. @throws AccountError `bad-company` */
  async moveToCompany(accountId: string, company: string): Promise<void> {
    const row = await select(this.#db).where('accounts.id', '=', accountId).executeTakeFirst();
    if (!row || row.company === company) return;
    await transact(this.#db, async (db) => {
      await takeTurn(db, 'accounts');
      const companyId = await findOrAddCompany(db, company, this.#now());
      await db.updateTable('accounts').set({ companyId, updatedAt: this.#now() }).where('id', '=', accountId).execute();
    });
  }

  /**
   * Sets the password and revokes every earlier token and remembered password.
   * @throws AccountError `bad-password`, `unknown-account`
   */
  async setPassword(username: string, password: string): Promise<void> {
    const passwordHash = await this.#hasher.hash(checkPassword(password));
    await this.#change(username, { passwordHash }, 1);
  }

  /**
   * Disables the account and revokes its tokens and remembered password for good, even after `enable`.
   * @throws AccountError `unknown-account`
   */
  disable(username: string): Promise<void> {
    return this.#change(username, { isDisabled: 1 }, 1);
  }

  /** @throws AccountError `unknown-account` */
  enable(username: string): Promise<void> {
    return this.#change(username, { isDisabled: 0 }, 0);
  }

  /**
   * Sets the thresholds, effective from the next request.
   * @param policy JSON of `scans/account-policy`, or null for the defaults
   * @throws AccountError `unknown-account`
   */
  setPolicy(username: string, policy: string | null): Promise<void> {
    return this.#change(username, { policy }, 0);
  }

  /**
   * Sets how long the account's scans are kept.
   * @param days 0: forever; null: the server's default
   * @throws AccountError `bad-retention`, `unknown-account`
   */
  async setRetention(username: string, days: number | null): Promise<void> {
    if (days !== null && !(Number.isInteger(days) && days >= 0 && days <= MAX_RETENTION_DAYS))
      throw new AccountError('bad-retention', `scan retention must be 0 (forever) to ${MAX_RETENTION_DAYS} days`);
    await this.#change(username, { retentionDays: days }, 0);
  }

  /**
   * Sets how the account recognises faces.
   * @param recognition JSON of `gallery/recognition-settings`, or null for the defaults
   * @throws AccountError `unknown-account`
   */
  setRecognition(username: string, recognition: string | null): Promise<void> {
    return this.#change(username, { recognition }, 0);
  }

  /** Sets the account's rights, effective from the next request. @throws AccountError `unknown-account` */
  setRights(username: string, rights: readonly Right[]): Promise<void> {
    return this.#change(username, { rights: JSON.stringify(RIGHTS.filter((right) => rights.includes(right))) }, 0);
  }

  /**
   * Sets how long pictures from future requests are kept.
   * @param pictures days; 0: not kept; `enrolment: null`: as long as the enrolment
   * @throws AccountError `bad-retention`, `unknown-account`
   */
  async setPictureRetention(username: string, pictures: { enrolment?: number | null; scan?: number }): Promise<void> {
    for (const days of [pictures.enrolment ?? 0, pictures.scan ?? 0])
      if (!(Number.isInteger(days) && days >= 0 && days <= MAX_RETENTION_DAYS))
        throw new AccountError('bad-retention', `picture retention must be 0 (not kept) to ${MAX_RETENTION_DAYS} days`);
    const { enrolment, scan } = pictures;
    await this.#change(
      username,
      {
        ...(enrolment === undefined ? {} : { enrolmentPictureDays: enrolment }),
        ...(scan === undefined ? {} : { scanPictureDays: scan }),
      },
      0,
    );
  }

  async #change(username: string, change: AccountChange, versions: number): Promise<void> {
    if (!isUsername(username)) throw unknownAccount(username);
    const now = this.#now();
    // By the time, and not just the next number: a database that went back (a restored backup) would assign the numbers of the lost
    // future again, and make its passwords and tokens valid.
    const stamp = Math.floor((now - VERSION_EPOCH_MS) / 1000);
    const { numUpdatedRows } = await this.#db
      .updateTable('accounts')
      .set((sql) => ({
        ...change,
        credentialVersion:
          versions === 0
            ? sql.ref('credentialVersion')
            : sql
                .case()
                .when('credentialVersion', '<', stamp)
                .then(stamp)
                .else(sql('credentialVersion', '+', versions))
                .end(),
        updatedAt: now,
      }))
      .where('usernameFolded', '=', foldUsername(username))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw unknownAccount(username);
  }
}

/** Of credential versions: seconds from then on fit into the column until 2088. */
const VERSION_EPOCH_MS = Date.UTC(2020, 0, 1);

type AccountChange = Partial<
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
type AccountRow = Selectable<AccountsTable> & { company: string };

function select(db: Database) {
  return db
    .selectFrom('accounts')
    .innerJoin('companies', 'companies.id', 'accounts.companyId')
    .selectAll('accounts')
    .select('companies.name as company');
}

function toCaller(row: AccountRow): Caller {
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

function toAccount(row: AccountRow): Account {
  const { company, isDisabled, retentionDays, createdAt, updatedAt } = row;
  return Object.freeze({ ...toCaller(row), company, isDisabled: isDisabled !== 0, retentionDays, createdAt, updatedAt });
}

async function hasAny(db: Database): Promise<boolean> {
  return (await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined;
}
