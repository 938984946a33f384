import { BusyError } from '../base/busy-error.js';
import type { Accounts } from './accounts.js';
import { type AttemptKey, type AttemptLimits, attemptKey } from './attempt-limits.js';
import type { Caller } from './caller.js';
import type { PasswordHasher } from './password-hasher.js';
import { generatePassword, normalizePassword } from './password-rules.js';
import { foldUsername, isUsername } from './username.js';
import { VerifiedCredentials } from './verified-credentials.js';

/** Credentials presented by a client. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** the client's IP address; behind a trusted proxy, the address the proxy reports */
  readonly address: string;
}

/** `invalid` does not say why: an unknown name, a wrong password and a disabled account have the same answer and timing. */
export type Authentication =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly reason: 'invalid' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number };

/** What an {@link Authenticator} needs. */
export interface AuthenticatorOptions {
  readonly accounts: Accounts;
  readonly hasher: PasswordHasher;
  readonly limits: AttemptLimits;
  /** epoch milliseconds */
  readonly now?: () => number;
}

const INVALID: Authentication = Object.freeze({ ok: false, reason: 'invalid' });

/** Authenticates callers by username and password. Use one instance per process. */
export class Authenticator {
  readonly #accounts: Accounts;
  readonly #hasher: PasswordHasher;
  readonly #limits: AttemptLimits;
  readonly #verified: VerifiedCredentials;
  /** verified in place of an unknown account's hash, so that the timing is the same; nobody knows its password */
  readonly #nobodysHash: string;
  readonly #running = new Map<string, Promise<Authentication>>();

  private constructor({ accounts, hasher, limits, now = Date.now }: AuthenticatorOptions, nobodysHash: string) {
    this.#accounts = accounts;
    this.#hasher = hasher;
    this.#limits = limits;
    this.#verified = new VerifiedCredentials(now);
    this.#nobodysHash = nobodysHash;
  }

  static async create(options: AuthenticatorOptions): Promise<Authenticator> {
    return new Authenticator(options, await options.hasher.hash(generatePassword()));
  }

  /** Never throws because of the credentials; throws if the database does. */
  authenticate({ username, password, address }: Credentials): Promise<Authentication> {
    // Strings that cannot be usernames share one counter; otherwise each variant would get its own guesses.
    const key = attemptKey(isUsername(username) ? foldUsername(username) : '', address);
    const normalized = normalizePassword(password);
    const tag = this.#verified.tagOf(key, normalized ?? '');
    // A client's first requests often arrive together with the same password: they share one verification, which counts as one
    // attempt.
    const attempt = `${key.pair} ${tag.toString('base64')}`;
    const running = this.#running.get(attempt);
    if (running) return running;
    const started = this.#decide(username, normalized, key, tag).finally(() => this.#running.delete(attempt));
    this.#running.set(attempt, started);
    return started;
  }

  async #decide(username: string, password: string | undefined, key: AttemptKey, tag: Buffer): Promise<Authentication> {
    const recalled = this.#verified.recall(key, tag);
    if (recalled) {
      // Even the right password is refused while the account is blocked: otherwise a guesser would learn it.
      const [wait, caller] = await Promise.all([
        this.#limits.findBlock(key),
        this.#accounts.loadCaller(recalled.accountId, recalled.credentialVersion),
      ]);
      if (wait > 0) return throttled(wait);
      if (caller) return { ok: true, caller };
    }
    const attempt = await this.#limits.start(key, this.#verified.isKnown(key));
    if (typeof attempt === 'number') return throttled(attempt);
    try {
      const caller = await this.#verify(username, password, key.address);
      if (!caller) return INVALID;
      this.#verified.remember(key, tag, caller.accountId, caller.credentialVersion);
      await attempt.succeed();
      return { ok: true, caller };
    } catch (error) {
      // If this fails as well, the first error says why.
      await attempt.withdraw().catch(() => {});
      if (error instanceof BusyError) return throttled(error.retryAfterSeconds);
      throw error;
    }
  }

  async #verify(username: string, password: string | undefined, network: string): Promise<Caller | undefined> {
    const found = await this.#accounts.findCredential(username);
    const isRight = await this.#hasher.verify(found?.passwordHash ?? this.#nobodysHash, password ?? '', network);
    if (!found || !isRight) return undefined;
    // Read the account again: it may have been disabled while the password was being verified.
    return this.#accounts.loadCaller(found.account.accountId, found.account.credentialVersion);
  }
}

function throttled(retryAfterSeconds: number): Authentication {
  return { ok: false, reason: 'throttled', retryAfterSeconds };
}
