import type { Command } from 'commander';
import { AccountError } from '../identity/account-error.js';
import type { Account } from '../identity/accounts.js';
import { RIGHTS, type Right } from '../identity/caller.js';
import { checkPassword, generatePassword } from '../identity/password-rules.js';
import { parseRights } from './parse-rights.js';
import { readPassword } from './read-password.js';
import { withAccounts } from './with-accounts.js';

/**
 * `triface user`: makes, lists, disables accounts and sets passwords, beside a running server too, which sees it with the next request.
 * Actions reject with AccountError, ConfigError or StoreError, whose messages are for the operator.
 */
export function addUserCommand(program: Command): void {
  const user = program.command('user').description('accounts that may call the server');
  const generate = ['--generate', 'make a random password and print it once, instead of asking for one'] as const;

  user
    .command('add <name>')
    .description('make an account; the password is asked for, or read from standard input')
    .option('--company <name>', 'whose data it works with; made when there is none of it (default: the oldest)')
    .option('--rights <list>', `comma-separated: ${RIGHTS.join(', ')}`, parseRights, [...RIGHTS])
    .option(...generate)
    .action(async (username: string, options: { company?: string; rights: Right[]; generate?: boolean }) => {
      const password = await choosePassword(options.generate);
      const { company, rights } = options;
      const account = await withAccounts((accounts) => accounts.create({ username, password, company, rights }));
      console.log(`made ${describeAccount(account)}`);
      if (options.generate) showPassword(password);
    });

  user
    .command('list')
    .description('every account')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const accounts = await withAccounts((all) => all.list());
      if (options.json) return console.log(JSON.stringify(accounts, null, 2));
      for (const account of accounts) console.log(describeAccount(account));
    });

  user
    .command('disable <name>')
    .description('refuse its password and its tokens from now on')
    .action(async (username: string) => {
      await withAccounts((accounts) => accounts.disable(username));
      console.log(`disabled ${username}`);
    });

  user
    .command('enable <name>')
    .description('accept its password again; tokens from before stay void')
    .action(async (username: string) => {
      await withAccounts((accounts) => accounts.enable(username));
      console.log(`enabled ${username}`);
    });

  user
    .command('password <name>')
    .description('set a new password, asked for or read from standard input; tokens from before are void')
    .option(...generate)
    .action(async (username: string, options: { generate?: boolean }) => {
      const password = await choosePassword(options.generate);
      await withAccounts((accounts) => accounts.setPassword(username, password));
      console.log(`changed the password of ${username}`);
      if (options.generate) showPassword(password);
    });

  user
    .command('retention <name> <days>')
    .description('days its scans are kept (0: for ever), or `default`: as TRIFACE_SCAN_RETENTION_DAYS says')
    .action(async (username: string, days: string) => {
      if (days !== 'default' && !/^\d{1,9}$/.test(days))
        throw new AccountError('bad-retention', 'days: a whole number, or `default`');
      await withAccounts((accounts) => accounts.setRetention(username, days === 'default' ? null : Number(days)));
      console.log(`scans of ${username} are kept ${describeRetention(days === 'default' ? null : Number(days))}`);
    });
}

async function choosePassword(isGenerated: boolean | undefined): Promise<string> {
  if (isGenerated) return generatePassword();
  const password = await readPassword();
  checkPassword(password);
  return password;
}

function showPassword(password: string): void {
  console.log(`password: ${password}\nIt is not kept anywhere and will not be shown again.`);
}

function describeRetention(days: number | null): string {
  return days === null ? 'as long as the server’s default says' : days === 0 ? 'for ever' : `${days} days`;
}

function describeAccount({ username, company, rights, isDisabled, retentionDays, createdAt }: Account): string {
  const retention = retentionDays === null ? '' : `  scans kept ${describeRetention(retentionDays)}`;
  const state = isDisabled ? 'disabled' : 'enabled';
  return `${username}  ${state}  company ${company}  rights ${rights.join(',') || 'none'}  since ${new Date(createdAt).toISOString()}${retention}`;
}
