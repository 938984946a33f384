import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RecognitionSettings } from '../gallery/recognition-settings.js';
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
  const user = program.command('user');
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
    .command('rights <name> <list>')
    .description(`what the account may do from now on, comma-separated: ${RIGHTS.join(', ')}`)
    .action(async (username: string, list: string) => {
      const rights = parseRights(list);
      await withAccounts((accounts) => accounts.setRights(username, rights));
      console.log(`rights of ${username}: ${rights.join(', ') || 'none'}`);
    });

  user
    .command('recognition <name>')
    .description('how the account recognises; what is left out is as by default')
    .addOption(
      new Option('--liveness <state>', 'check liveness before recognising or registering').choices(['on', 'off']).default('on'),
    )
    .addOption(
      new Option('--duplicates <what>', "when a face is registered that is another person's already")
        .choices(['off', 'warn', 'refuse'])
        .default('warn'),
    )
    .action(async (username: string, options: { liveness: string; duplicates: RecognitionSettings['duplicates'] }) => {
      const settings: RecognitionSettings = { liveness: options.liveness === 'on', duplicates: options.duplicates };
      await withAccounts((accounts) => accounts.setRecognition(username, JSON.stringify(settings)));
      console.log(`${username} recognises with liveness ${options.liveness}, duplicates ${options.duplicates}`);
    });

  user
    .command('pictures <name>')
    .description('how long pictures are kept that the account sends from now on: `keep`, `none`, or days')
    .option('--enrolments <time>', 'of enrolled persons (default: keep, as long as the enrolment)', (text) =>
      readDays(text, true),
    )
    .option('--scans <time>', 'of scans (default: none)', (text) => readDays(text, false))
    .action(async (username: string, options: { enrolments?: number | null; scans?: number }) => {
      const { enrolments: enrolment, scans: scan } = options;
      await withAccounts((accounts) =>
        accounts.setPictureRetention(username, {
          ...(enrolment === undefined ? {} : { enrolment }),
          ...(scan === undefined ? {} : { scan }),
        }),
      );
      console.log(`changed what is kept of the pictures of ${username}`);
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

/** Days that pictures are kept: 0 not at all, null as long as what they belong to. @throws InvalidArgumentError */
function readDays(text: string, mayKeep: boolean): number | null {
  if (text === 'none') return 0;
  if (text === 'keep' && mayKeep) return null;
  if (!/^\d{1,5}$/.test(text))
    throw new InvalidArgumentError(`it takes ${mayKeep ? '`keep`, ' : ''}\`none\` or a number of days.`);
  return Number(text);
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
