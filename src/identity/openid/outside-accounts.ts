import { createHash } from 'node:crypto';
import type { ChangeRecorder } from '../../audit/change-log.js';
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
  /** of the request, for the audit log */
  readonly route: string;
}

/** What accounts of an outside provider need. */
export interface OutsideAccountsOptions {
  readonly store: Store;
  readonly accounts: Accounts;
  /** records the changes that a request to this route causes */
  readonly recorderOf: (route: string) => ChangeRecorder;
}

/**
 * Accounts for the users of an outside provider. One is created when a user first appears, per issuer and subject; accounts
 * created by an operator are never reused. Nobody knows their passwords. `triface user disable` locks such a user out.
 */
export class OutsideAccounts {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #accounts: Accounts;

  readonly #recorderOf: OutsideAccountsOptions['recorderOf'];

  constructor({ store, accounts, recorderOf }: OutsideAccountsOptions) {
    this.#db = store.db;
    this.#now = store.now;
    this.#accounts = accounts;
    this.#recorderOf = recorderOf;
  }

  /** The account, moved to the company named now. @returns `undefined` if it is disabled or the company name is invalid */
  async find({ issuer, subject, company, route }: OutsideIdentity): Promise<Omit<Caller, 'rights'> | undefined> {
    // Such subjects can neither be stored nor displayed.
    if (subject.length > 255 || /\p{C}/u.test(subject)) return undefined;
    const accounts = this.#accounts.recordedBy(this.#recorderOf(route));
    try {
      const accountId = (await this.#findId(issuer, subject)) ?? (await this.#provision(accounts, issuer, subject, company));
      if (company !== undefined) await accounts.moveToCompany(accountId, company);
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

  async #provision(accounts: Accounts, issuer: string, subject: string, company: string | undefined): Promise<string> {
    const digest = createHash('sha256')
      .update(JSON.stringify([issuer, subject]))
      .digest('hex')
      .slice(0, 32);
    const accountId = await makeAccount(accounts, `oidc-${digest}`, company);
    try {
      await this.#db.insertInto('outsideIdentities').values({ issuer, subject, accountId, createdAt: this.#now() }).execute();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return (await this.#findId(issuer, subject))!;
  }
}

async function makeAccount(accounts: Accounts, username: string, company: string | undefined): Promise<string> {
  try {
    return (await accounts.create({ username, password: generatePassword(), company, rights: [] })).accountId;
  } catch (error) {
    // Two requests or two servers saw the user for the first time at once.
    if (!(error instanceof AccountError) || error.fault !== 'username-taken') throw error;
    return (await accounts.find(username))!.accountId;
  }
}
