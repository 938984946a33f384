import type { Command } from 'commander';
import { resolveCapturePolicy } from '../analysis/capture-policy.js';
import { presetNames, resolvePolicy } from '../analysis/policy.js';
import { realAbove } from '../contracts/dms/face-rules.js';
import { unknownAccount } from '../identity/account-error.js';
import { checkPolicyChoice } from '../scans/account-policy.js';
import { readPolicyChoice } from './policy-choice.js';
import { withAccounts } from './with-accounts.js';

/**
 * `triface policy`: the thresholds that apply to an account's pictures. A running server uses a change from its next request on.
 */
export function addPolicyCommand(program: Command): void {
  const policy = program.command('policy');
  policy
    .command('show [account]')
    .description("show an account's thresholds, or those of the presets if no account is given")
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const shown =
        name === undefined
          ? Object.fromEntries<object>([
              ...presetNames.map((preset) => [preset, resolvePolicy({ preset, thresholds: {} })] as const),
              ['capture packets', resolveCapturePolicy()],
            ])
          : await readChoice(name);
      if (options.json) return console.log(JSON.stringify(shown, null, 2));
      for (const [title, values] of Object.entries(shown)) {
        console.log(title);
        for (const [key, value] of Object.entries(values)) {
          if (typeof value !== 'object') console.log(`  ${key.padEnd(22)} ${value}`);
          else for (const [signal, weight] of Object.entries(value)) console.log(`  capture.${signal.padEnd(14)} ${weight}`);
        }
      }
    });
  policy
    .command('set <account> [thresholds...]')
    .description(
      'choose a preset and override thresholds, for example: policy set anna --preset hard liveness=0.9 yaw=20 capture.camera-label=0',
    )
    .option('--preset <name>', presetNames.join(', '), 'regular')
    .action(async (name: string, thresholds: string[], options: { preset: string }) => {
      const choice = readPolicyChoice(options.preset, thresholds);
      await withAccounts('policy set', (accounts) => accounts.setPolicy(name, JSON.stringify(choice)));
      const capture = choice.capture ? ` ${resolveCapturePolicy(choice.capture).version}` : '';
      console.log(`${name}: ${resolvePolicy(choice).version}${capture}`);
    });
  policy
    .command('reset <account>')
    .description('restore the defaults')
    .action(async (name: string) => {
      await withAccounts('policy reset', (accounts) => accounts.setPolicy(name, null));
      console.log(`${name}: defaults restored`);
    });
}

async function readChoice(name: string) {
  const account = await withAccounts('policy show', (accounts) => accounts.find(name));
  if (!account) throw unknownAccount(name);
  const choice = account.policy === null ? undefined : checkPolicyChoice(JSON.parse(account.policy));
  return {
    [`${account.username} (contracts A and B)`]: resolvePolicy(choice),
    [`${account.username} (contract C)`]: resolvePolicy(choice, { liveness: realAbove }),
    [`${account.username} (capture packets)`]: resolveCapturePolicy(choice?.capture),
  };
}
