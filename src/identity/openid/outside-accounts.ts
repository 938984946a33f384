import { createHash } from 'node:crypto';
import type { Database } from '../../storage/schema.js';
import type { Store } from '../../storage/store.js';
import { isUniqueViolation } from '../../storage/store-error.js';
import { AccountError } from '../account-error.js';
import type { Accounts } from '../accounts.js';
import type { Caller } from '../caller.js';
import { generatePassword } from '../password-rules.js';

/** A user as identified by an outside provider. */
export interface OutsideIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** company name; created if it does not exist. undefined: the oldest company */
  readonly company: string | undefined;
}

/**
 * Accounts for the users of an outside provider. One is created when a user first appears, per issuer and subject; accounts
 * created by an operator are never reused. Nobody knows their passwords. `triface user disable` locks such a user out.
 */
export class OutsideAccounts {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #accounts: Accounts;

  constructor({ store, accounts }: { store: Store; accounts: Accounts }) {
    this.#db = store.db;
    this.#now = store.now;
    this.#accounts = accounts;
  }

  /** The account, moved to the company named now. @returns `undefined` if it is disabled or the company name is invalid */
  async find({ issuer, subject, company }: OutsideIdentity): Promise<Omit<Caller, 'rights'> | undefined> {
    // Such subjects can neither be stored nor displayed.
    if (subject.length > 255 || /\p{C}/u.test(subject)) return undefined;
    try {
      const accountId = (await this.#findId(issuer, subject)) ?? (await this.#provision(issuer, subject, company));
      if (company !== undefined) await this.#accounts.moveToCompany(accountId, company);
      const caller = await this.#accounts.loadEnabled(accountId);
      if (!caller) return undefined;
      const { rights: _, ...rest } = caller;
      return rest;
    } catch (error) {
      if (error instanceof AccountError && error.fault === 'bad-company') return undefined;
      throw error;
    }
  }

  async #findId(issuer: string, subject: string): Promise<string | undefined> {
    const identities = this.#db.selectFrom('outsideIdentities').select('accountId');
    return (await identities.where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst())?.accountId;
  }

  async #provision(issuer: string, subject: string, company: string | undefined): Promise<string> {
    const digest = createHash('sha256')
      .update(JSON.stringify([issuer, subject]))
      .digest('hex')
      .slice(0, 32);
    const accountId = await this.#makeAccount(`oidc-${digest}`, company);
    try {
      await this.#db.insertInto('outsideIdentities').values({ issuer, subject, accountId, createdAt: this.#now() }).execute();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return (await this.#findId(issuer, subject))!;
  }

  async #makeAccount(username: string, company: string | undefined): Promise<string> {
    try {
      return (await this.#accounts.create({ username, password: generatePassword(), company, rights: [] })).accountId;
    } catch (error) {
      // Two requests or two servers saw the user for the first time at once.
      if (!(error instanceof AccountError) || error.fault !== 'username-taken') throw error;
      return (await this.#accounts.find(username))!.accountId;
    }
  }
}
