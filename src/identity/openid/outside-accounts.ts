import { createHash } from 'node:crypto';
import type { Database } from '../../storage/schema.js';
import type { Store } from '../../storage/store.js';
import { isUniqueViolation } from '../../storage/store-error.js';
import { AccountError } from '../account-error.js';
import type { Accounts } from '../accounts.js';
import type { Caller } from '../caller.js';
import { generatePassword } from '../password-rules.js';

/** Who an outside provider says is calling. */
export interface OutsideIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** name; made when there is none of it. undefined: the oldest company */
  readonly company: string | undefined;
}

/**
 * The accounts that stand for users of an outside provider: made at first sight, one for each issuer and subject, never one that a person
 * here has made. They have a password that nobody knows; `triface user disable` shuts them out.
 */
export class OutsideAccounts {
  readonly #db: Database;
  readonly #accounts: Accounts;

  constructor({ store, accounts }: { store: Store; accounts: Accounts }) {
    this.#db = store.db;
    this.#accounts = accounts;
  }

  /** The account, in the company that is said now. `undefined`: disabled, or the company's name cannot be one. */
  async find({ issuer, subject, company }: OutsideIdentity): Promise<Omit<Caller, 'rights'> | undefined> {
    // neither can be stored or shown
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
      await this.#db.insertInto('outsideIdentities').values({ issuer, subject, accountId, createdAt: Date.now() }).execute();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return (await this.#findId(issuer, subject))!;
  }

  async #makeAccount(username: string, company: string | undefined): Promise<string> {
    try {
      return (await this.#accounts.create({ username, password: generatePassword(), company, rights: [] })).accountId;
    } catch (error) {
      // two requests, or two servers, saw it for the first time at once
      if (!(error instanceof AccountError) || error.fault !== 'username-taken') throw error;
      return (await this.#accounts.find(username))!.accountId;
    }
  }
}
