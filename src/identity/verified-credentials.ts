import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AttemptKey } from './attempt-limits.js';

/** Milliseconds for which a verified password is not verified again. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds for which an account counts as known at an address. */
const KNOWN_MS = 60 * 60_000;
/** Accounts and addresses remembered; the oldest is dropped first. */
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly tag: Buffer;
  readonly accountId: string;
  readonly credentialVersion: number;
  readonly verifiedAt: number;
}

/**
 * Remembers which account was last verified from which address, with a keyed digest of the password (HMAC-SHA256, under a key
 * that never leaves the process), so that Basic authentication does not cost an argon2 per request. There is one entry per
 * account and address. Before using an entry, check that the account is enabled and its credential version unchanged.
 */
export class VerifiedCredentials {
  readonly #key = randomBytes(32);
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The digest of a password for one account and address. */
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

  /** Whether this account was verified from this address within the last hour, regardless of the credentials in this request. */
  isKnown(key: AttemptKey): boolean {
    return this.#find(key) !== undefined;
  }

  /** The entry for exactly this password, if it was verified within the last five minutes. */
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
