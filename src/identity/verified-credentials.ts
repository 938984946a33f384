import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AttemptKey } from './attempt-limits.js';

/** Milliseconds a verified password needs no second verification. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds an account counts as known at an address. */
const KNOWN_MS = 60 * 60_000;
/** Accounts and addresses remembered at once; the oldest goes first. */
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly tag: Buffer;
  readonly accountId: string;
  readonly credentialVersion: number;
  readonly verifiedAt: number;
}

/**
 * Which account was last verified from which address, and a keyed digest of the password (HMAC-SHA256 under a key that only this
 * process has), so that Basic authentication does not cost an argon2 with every request. One entry an account and address. Whoever
 * uses an entry still has to look whether the account is enabled and of the same credential version.
 */
export class VerifiedCredentials {
  readonly #key = randomBytes(32);
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The digest of a password as used for one account from one address. */
  tagOf({ pair }: AttemptKey, password: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([pair, password]))
      .digest();
  }

  remember({ pair }: AttemptKey, tag: Buffer, accountId: string, credentialVersion: number): void {
    this.#entries.delete(pair);
    this.#entries.set(pair, { tag, accountId, credentialVersion, verifiedAt: this.#now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      this.#entries.delete(oldest);
    }
  }

  /** Whether this account has been verified from this address within the last hour, whatever is said now. */
  isKnown(key: AttemptKey): boolean {
    return this.#find(key) !== undefined;
  }

  /** What was remembered of exactly this password within the last five minutes. */
  recall(key: AttemptKey, tag: Buffer): { accountId: string; credentialVersion: number } | undefined {
    const entry = this.#find(key);
    if (!entry || this.#now() - entry.verifiedAt >= FRESH_MS || !timingSafeEqual(entry.tag, tag)) return undefined;
    return entry;
  }

  #find({ pair }: AttemptKey): Entry | undefined {
    const entry = this.#entries.get(pair);
    if (!entry || this.#now() - entry.verifiedAt < KNOWN_MS) return entry;
    this.#entries.delete(pair);
    return undefined;
  }
}
