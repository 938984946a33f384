import type { Command } from 'commander';
import { type PresetName, presetNames, resolvePolicy } from '../analysis/policy.js';
import { AccountError } from '../identity/account-error.js';
import { checkPolicyChoice, PolicyError } from '../scans/account-policy.js';
import { withAccounts } from './with-accounts.js';

/** `triface policy`: the thresholds by which an account's pictures are judged. Holds from the running server's next request on. */
export function addPolicyCommand(program: Command): void {
  const policy = program.command('policy').description('thresholds by which pictures are judged');
  policy
    .command('show [account]')
    .description("the thresholds of an account; without one, the presets'")
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const shown =
        name === undefined
          ? Object.fromEntries(presetNames.map((preset) => [preset, resolvePolicy({ preset, thresholds: {} })]))
          : await readChoice(name);
      if (options.json) return console.log(JSON.stringify(shown, null, 2));
      for (const [title, values] of Object.entries(shown)) {
        console.log(title);
        for (const [key, value] of Object.entries(values)) console.log(`  ${key.padEnd(22)} ${value}`);
      }
    });
  policy
    .command('set <account> [thresholds...]')
    .description('choose a preset and numbers of your own, for example: policy set anna --preset hard liveness=0.9 yaw=20')
    .option('--preset <name>', presetNames.join(', '), 'regular')
    .action(async (name: string, thresholds: string[], options: { preset: string }) => {
      const choice = checkPolicyChoice({
        preset: options.preset as PresetName,
        thresholds: Object.fromEntries(thresholds.map(readThreshold)),
      });
      await withAccounts((accounts) => accounts.setPolicy(name, JSON.stringify(choice)));
      console.log(`${name}: ${resolvePolicy(choice).version}`);
    });
  policy
    .command('reset <account>')
    .description('the defaults again')
    .action(async (name: string) => {
      await withAccounts((accounts) => accounts.setPolicy(name, null));
      console.log(`${name}: the defaults`);
    });
}

function readThreshold(text: string): [string, number] {
  const [, name, value] = /^(\w+)=(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (!name) throw new PolicyError(`${text} is not of the form name=number`);
  return [name, Number(value)];
}

async function readChoice(name: string) {
  const account = await withAccounts((accounts) => accounts.find(name));
  if (!account) throw new AccountError('unknown-account', `there is no account ${name}`);
  const choice = account.policy === null ? undefined : checkPolicyChoice(JSON.parse(account.policy));
  return {
    [`${account.username} (contracts A and B)`]: resolvePolicy(choice),
    [`${account.username} (contract C)`]: resolvePolicy(choice, { liveness: 0.7 }),
  };
}
