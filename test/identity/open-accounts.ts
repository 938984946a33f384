import { join } from 'node:path';
import type { Test } from 'tap';
import { Accounts } from '../../src/identity/accounts.js';
import { type AttemptLimitOptions, AttemptLimits } from '../../src/identity/attempt-limits.js';
import { Authenticator } from '../../src/identity/authenticate.js';
import type { HasherLimits } from '../../src/identity/password-hasher.js';
import { openStore } from '../../src/storage/store.js';
import { ReusingHasher } from './reusing-hasher.js';
import { unrecorded } from './unrecorded.js';

/** Counts the verifications. */
export class CountingHasher extends ReusingHasher {
  verified = 0;
  override verify(passwordHash: string, password: string, owner?: string): Promise<boolean> {
    this.verified++;
    return super.verify(passwordHash, password, owner);
  }
}

/** The time in milliseconds, which a test can advance. */
export interface Clock {
  ms: number;
}

/** Opens a store, by default in its own directory, with accounts and an authenticator. Closed with the test. */
export async function openAccounts(
  t: Test,
  options: { limits?: AttemptLimitOptions; hasher?: HasherLimits; databaseUrl?: string } = {},
) {
  const dataDir = join(t.testdir(), 'data');
  const store = await openStore({ databaseUrl: options.databaseUrl ?? '', dataDir });
  t.teardown(() => store.close());
  const clock: Clock = { ms: Date.now() };
  const now = () => clock.ms;
  const hasher = new CountingHasher(options.hasher);
  const accounts = new Accounts({ store, hasher, now, changes: unrecorded });
  const limits = new AttemptLimits({ store, secret: new Uint8Array(32) }, options.limits);
  const authenticator = await Authenticator.create({ accounts, hasher, limits, now });
  const login = (username: string, password: string, address = '192.0.2.1') =>
    authenticator.authenticate({ username, password, address });
  return { dataDir, store, clock, now, hasher, accounts, authenticator, login };
}
