import { join } from 'node:path';
import type { Test } from 'tap';
import { Accounts } from '../../src/identity/accounts.js';
import { type AttemptLimitOptions, AttemptLimits } from '../../src/identity/attempt-limits.js';
import { Authenticator } from '../../src/identity/authenticate.js';
import type { HasherLimits } from '../../src/identity/password-hasher.js';
import { openStore } from '../../src/storage/store.js';
import { ReusingHasher } from './reusing-hasher.js';

/** Counts verifications. */
export class CountingHasher extends ReusingHasher {
  verified = 0;
  override verify(passwordHash: string, password: string): Promise<boolean> {
    this.verified++;
    return super.verify(passwordHash, password);
  }
}

/** Milliseconds that a test may move on. */
export interface Clock {
  ms: number;
}

/** A store of the test, by default in a directory of its own, with accounts and an authenticator; all ends with the test. */
export async function openHouse(
  t: Test,
  options: { limits?: AttemptLimitOptions; hasher?: HasherLimits; databaseUrl?: string } = {},
) {
  const dataDir = join(t.testdir(), 'data');
  const store = await openStore({ databaseUrl: options.databaseUrl ?? '', dataDir });
  t.teardown(() => store.close());
  const clock: Clock = { ms: Date.now() };
  const now = () => clock.ms;
  const hasher = new CountingHasher(options.hasher);
  const accounts = new Accounts({ store, hasher, now });
  const authenticator = await Authenticator.create({ accounts, hasher, limits: new AttemptLimits(options.limits), now });
  const login = (username: string, password: string, address = '192.0.2.1') =>
    authenticator.authenticate({ username, password, address });
  return { dataDir, store, clock, now, hasher, accounts, authenticator, login };
}
