import type { PolicyChoice } from '../../analysis/policy.js';
import { resolvePolicy } from '../../analysis/policy.js';
import type { Config } from '../../config/schema.js';
import type { SuggestedThreshold } from '../../evaluation/suggest-threshold.js';
import { unknownAccount } from '../../identity/account-error.js';
import type { Account } from '../../identity/account-rows.js';
import type { Accounts } from '../../identity/accounts.js';
import { checkPolicyChoice } from '../../scans/account-policy.js';
import { withAccounts } from '../with-accounts.js';

/** Checks that the account exists, before hours of measuring. @throws AccountError */
export const demandAccount = (config: Config, name: string): Promise<Account> =>
  withAccount(config, name, async (_, account) => account);

/**
 * Stores a suggested liveness or recognition threshold in an account's policy. Its preset and other thresholds stay.
 * @returns a message for the operator: what was done
 */
export function applyThreshold(
  config: Config,
  name: string,
  threshold: 'liveness' | 'match',
  suggested: SuggestedThreshold | undefined,
): Promise<string> {
  return withAccount(config, name, async (accounts, account) => {
    if (!suggested) return `No threshold reaches the target on these pictures. The policy of ${name} was not changed.`;
    const before: PolicyChoice =
      account.policy === null ? { preset: 'regular', thresholds: {} } : checkPolicyChoice(JSON.parse(account.policy));
    const value = Math.min(1, Math.max(0, suggested.threshold));
    const choice = checkPolicyChoice({ ...before, thresholds: { ...before.thresholds, [threshold]: value } });
    await accounts.setPolicy(name, JSON.stringify(choice));
    return `Applied to ${name}: ${resolvePolicy(choice).version}`;
  });
}

const withAccount = <T>(config: Config, name: string, task: (accounts: Accounts, account: Account) => Promise<T>): Promise<T> =>
  withAccounts(
    'evaluate',
    async (accounts) => {
      const account = await accounts.find(name);
      if (!account) throw unknownAccount(name);
      return task(accounts, account);
    },
    config,
  );
