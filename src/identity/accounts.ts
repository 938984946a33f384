import { randomUUID } from 'node:crypto';
import type { AuditAction } from '../audit/audit-log.js';
import type { ChangeRecorder } from '../audit/change-log.js';
import { RIGHTS, type Right } from '../base/settings/rights.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { isUniqueViolation } from '../storage/store-error.js';
import { takeTurn, transact } from '../storage/transaction.js';
import { AccountError, unknownAccount } from './account-error.js';
import {
  type Account,
  type AccountChange,
  describeSettings,
  type NewAccount,
  selectAccounts,
  toAccount,
  toCaller,
} from './account-rows.js';
import type { Caller } from './caller.js';
import { findOrAddCompany } from './companies.js';
import { nextVersion } from './credential-version.js';
import { moveAccount } from './move-account.js';
import type { PasswordHasher } from './password-hasher.js';
import { checkPassword } from './password-rules.js';
import { checkRetentionDays } from './retention-days.js';
import { checkUsername, foldUsername, isUsername } from './username.js';

/** What accounts need. */
export interface AccountsOptions {
  readonly store: Pick<Store, 'db' | 'now'>;
  readonly hasher: PasswordHasher;
  readonly changes: ChangeRecorder;
  /** epoch milliseconds; replaced by tests */
  readonly now?: () => number;
}

/** The accounts in the database. Nothing is cached: changes by another process are visible to the next call. */
export class Accounts {
  readonly #db: Database;
  readonly #hasher: PasswordHasher;
  readonly #now: () => number;
  /** records each change in its transaction */
  readonly changes: ChangeRecorder;

  constructor({ store, hasher, changes, now = store.now }: AccountsOptions) {
    this.#db = store.db;
    this.#hasher = hasher;
    this.changes = changes;
    this.#now = now;
  }

  /** The same accounts; their changes are recorded by another recorder. */
  recordedBy(changes: ChangeRecorder): Accounts {
    return new Accounts({ store: { db: this.#db, now: this.#now }, hasher: this.#hasher, changes });
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
        const owner = await findOrAddCompany(db, company, now);
        const companyId = owner.id;
        const granted = ordered(rights);
        await db
          .insertInto('accounts')
          .values({
            id,
            companyId,
            username,
            usernameFolded: foldUsername(username),
            passwordHash,
            isDisabled: 0,
            rights: JSON.stringify(granted),
            credentialVersion: 1,
            createdAt: now,
            updatedAt: now,
          })
          .execute();
        const made = { company: companyId, isNewCompany: owner.isNew, rights: granted };
        await this.changes.record(db, { action: 'account.create', companyId, subject: id, new: made });
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
    const rows = await selectAccounts(this.#db).orderBy('accounts.usernameFolded').execute();
    return rows.map(toAccount);
  }

  /** Finds an account by name, ignoring case and Unicode form. */
  async find(username: string): Promise<Account | undefined> {
    return (await this.findCredential(username))?.account;
  }

  /** Finds an account and its password hash by name, including disabled accounts. */
  async findCredential(username: string): Promise<{ account: Account; passwordHash: string } | undefined> {
    if (!isUsername(username)) return undefined;
    const row = await selectAccounts(this.#db).where('accounts.usernameFolded', '=', foldUsername(username)).executeTakeFirst();
    return row && { account: toAccount(row), passwordHash: row.passwordHash };
  }

  /**
   * The caller behind a token or a remembered password.
   * @returns `undefined` if the account was deleted or disabled, or its credential version differs
   */
  async loadCaller(accountId: string, credentialVersion: number): Promise<Caller | undefined> {
    if (!/^[0-9a-f-]{36}$/.test(accountId) || !Number.isSafeInteger(credentialVersion)) return undefined;
    const row = await selectAccounts(this.#db).where('accounts.id', '=', accountId).executeTakeFirst();
    if (!row || row.isDisabled || row.credentialVersion !== credentialVersion) return undefined;
    return toCaller(row);
  }

  /** The account as a caller, regardless of its credential version. @returns `undefined` if it was deleted or disabled */
  async loadEnabled(accountId: string): Promise<Caller | undefined> {
    const row = await selectAccounts(this.#db).where('accounts.id', '=', accountId).executeTakeFirst();
    return !row || row.isDisabled ? undefined : toCaller(row);
  }

  /** Moves an account to a company, which is created if it does not exist. @throws AccountError `bad-company` */
  moveToCompany(accountId: string, company: string): Promise<void> {
    return moveAccount({ db: this.#db, now: this.#now, changes: this.changes }, accountId, company);
  }

  /**
   * Sets the password and revokes every earlier token and remembered password.
   * @throws AccountError `bad-password`, `unknown-account`
   */
  async setPassword(username: string, password: string): Promise<void> {
    const passwordHash = await this.#hasher.hash(checkPassword(password));
    await this.#change(username, 'account.password', { passwordHash }, true);
  }

  /**
   * Disables the account and revokes its tokens and remembered password for good, even after `enable`.
   * @throws AccountError `unknown-account`
   */
  disable(username: string): Promise<void> {
    return this.#change(username, 'account.disable', { isDisabled: 1 }, true);
  }

  /** @throws AccountError `unknown-account` */
  enable(username: string): Promise<void> {
    return this.#change(username, 'account.enable', { isDisabled: 0 });
  }

  /**
   * Sets the thresholds, effective from the next request.
   * @param policy JSON of `scans/account-policy`, or null for the defaults
   * @throws AccountError `unknown-account`
   */
  setPolicy(username: string, policy: string | null): Promise<void> {
    return this.#change(username, 'account.policy', { policy });
  }

  /**
   * Sets how long the account's scans are kept.
   * @param days 0: forever; null: the server's default
   * @throws AccountError `bad-retention`, `unknown-account`
   */
  async setRetention(username: string, days: number | null): Promise<void> {
    if (days !== null) checkRetentionDays(days, 'scan', 'forever');
    await this.#change(username, 'account.retention', { retentionDays: days });
  }

  /**
   * Sets how the account recognises faces.
   * @param recognition JSON of `gallery/recognition-settings`, or null for the defaults
   * @throws AccountError `unknown-account`
   */
  setRecognition(username: string, recognition: string | null): Promise<void> {
    return this.#change(username, 'account.recognition', { recognition });
  }

  /** Sets the account's rights, effective from the next request. @throws AccountError `unknown-account` */
  setRights(username: string, rights: readonly Right[]): Promise<void> {
    return this.#change(username, 'account.rights', { rights: JSON.stringify(ordered(rights)) });
  }

  /**
   * Sets how long pictures from future requests are kept.
   * @param pictures days; 0: not kept; `enrolment: null`: as long as the enrolment
   * @throws AccountError `bad-retention`, `unknown-account`
   */
  async setPictureRetention(username: string, pictures: { enrolment?: number | null; scan?: number }): Promise<void> {
    for (const days of [pictures.enrolment ?? 0, pictures.scan ?? 0]) checkRetentionDays(days, 'picture', 'not kept');
    const { enrolment, scan } = pictures;
    await this.#change(username, 'account.pictures', {
      ...(enrolment === undefined ? {} : { enrolmentPictureDays: enrolment }),
      ...(scan === undefined ? {} : { scanPictureDays: scan }),
    });
  }

  async #change(username: string, action: AuditAction, change: AccountChange, revokes = false): Promise<void> {
    if (!isUsername(username)) throw unknownAccount(username);
    const now = this.#now();
    await transact(this.#db, async (db) => {
      await takeTurn(db, 'accounts');
      const named = db.selectFrom('accounts').selectAll().where('usernameFolded', '=', foldUsername(username));
      const before = await named.executeTakeFirst();
      if (!before) throw unknownAccount(username);
      const { credentialVersion: version, id, companyId } = before;
      const credentialVersion = revokes ? nextVersion(version, now) : version;
      await db
        .updateTable('accounts')
        .set({ ...change, credentialVersion, updatedAt: now })
        .where('id', '=', id)
        .execute();
      const changed = Object.keys(change) as (keyof AccountChange)[];
      const values = { old: describeSettings(before, changed), new: describeSettings({ ...before, ...change }, changed) };
      await this.changes.record(db, { action, companyId, subject: id, ...values });
    });
  }
}

async function hasAny(db: Database): Promise<boolean> {
  return (await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined;
}

const ordered = (rights: readonly Right[]): Right[] => RIGHTS.filter((right) => rights.includes(right));
