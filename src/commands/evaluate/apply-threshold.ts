import type { PolicyChoice } from '../../analysis/policy.js';
import { resolvePolicy } from '../../analysis/policy.js';
import type { Config } from '../../config/schema.js';
import type { SuggestedThreshold } from '../../evaluation/suggest-threshold.js';
import { AccountError } from '../../identity/account-error.js';
import type { Account, Accounts } from '../../identity/accounts.js';
import { checkPolicyChoice } from '../../scans/account-policy.js';
import { withAccounts } from '../with-accounts.js';

/** Before hours of measuring: the account must be there. @throws AccountError */
export const demandAccount = (config: Config, name: string): Promise<Account> =>
  withAccount(config, name, async (_, account) => account);

/**
 * Makes a suggested threshold an account's, for liveness or for recognition; its preset and its other numbers stay.
 * @returns what was done, for the operator
 */
export function applyThreshold(
  config: Config,
  name: string,
  threshold: 'liveness' | 'match',
  suggested: SuggestedThreshold | undefined,
): Promise<string> {
  return withAccount(config, name, async (accounts, account) => {
    if (!suggested) return `No threshold reaches the target on these pictures: the policy of ${name} was left alone.`;
    const before: PolicyChoice =
      account.policy === null ? { preset: 'regular', thresholds: {} } : checkPolicyChoice(JSON.parse(account.policy));
    const value = Math.min(1, Math.max(0, suggested.threshold));
    const choice = checkPolicyChoice({ ...before, thresholds: { ...before.thresholds, [threshold]: value } });
    await accounts.setPolicy(name, JSON.stringify(choice));
    return `Applied to ${name}: ${resolvePolicy(choice).version}`;
  });
}

const withAccount = <T>(config: Config, name: string, task: (accounts: Accounts, account: Account) => Promise<T>): Promise<T> =>
  withAccounts(async (accounts) => {
    const account = await accounts.find(name);
    if (!account) throw new AccountError('unknown-account', `the account ${name} does not exist`);
    return task(accounts, account);
  }, config);
