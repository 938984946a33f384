import type { PolicyChoice } from '../analysis/policy.js';
import { resolvePolicy } from '../analysis/policy.js';
import type { Config } from '../config/schema.js';
import type { SuggestedThreshold } from '../evaluation/suggest-threshold.js';
import { AccountError } from '../identity/account-error.js';
import { type Account, Accounts } from '../identity/accounts.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { checkPolicyChoice } from '../scans/account-policy.js';
import { openStore } from '../storage/store.js';

/** Before hours of measuring: the account must be there. @throws AccountError */
export const demandAccount = (config: Config, name: string): Promise<Account> =>
  withAccount(config, name, async (_, account) => account);

/**
 * Makes a suggested threshold the liveness threshold of an account; its preset and its other numbers stay.
 * @returns what was done, for the operator
 */
export function applyThreshold(config: Config, name: string, suggested: SuggestedThreshold | undefined): Promise<string> {
  return withAccount(config, name, async (accounts, account) => {
    if (!suggested) return `No threshold reaches the target on these pictures: the policy of ${name} was left alone.`;
    const before: PolicyChoice =
      account.policy === null ? { preset: 'regular', thresholds: {} } : checkPolicyChoice(JSON.parse(account.policy));
    const liveness = Math.min(1, Math.max(0, suggested.threshold));
    const choice = checkPolicyChoice({ ...before, thresholds: { ...before.thresholds, liveness } });
    await accounts.setPolicy(name, JSON.stringify(choice));
    return `Applied to ${name}: ${resolvePolicy(choice).version}`;
  });
}

async function withAccount<T>(
  config: Config,
  name: string,
  task: (accounts: Accounts, account: Account) => Promise<T>,
): Promise<T> {
  const store = await openStore({ databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR });
  try {
    const accounts = new Accounts({ store, hasher: new PasswordHasher() });
    const account = await accounts.find(name);
    if (!account) throw new AccountError('unknown-account', `there is no account ${name}`);
    return await task(accounts, account);
  } finally {
    await store.close();
  }
}
