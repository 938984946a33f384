import { type Command, InvalidArgumentError, Option } from 'commander';
import { RIGHTS, type Right } from '../base/settings/rights.js';
import type { RecognitionSettings } from '../gallery/recognition-settings.js';
import { AccountError } from '../identity/account-error.js';
import type { Account } from '../identity/account-rows.js';
import { checkPassword, generatePassword } from '../identity/password-rules.js';
import { parseRights } from './parse-rights.js';
import { readPassword } from './read-password.js';
import { withAccounts } from './with-accounts.js';

/**
 * `triface user`: creates, lists and disables accounts, and sets their passwords and settings. A running server sees a change
 * with its next request. Actions reject with AccountError, ConfigError or StoreError; their messages are for the operator.
 */
export function addUserCommand(program: Command): void {
  const user = program.command('user');
  const generate = ['--generate', 'generate a random password and print it once, instead of asking for one'] as const;

  user
    .command('add <name>')
    .description('create an account; the password is prompted for, or read from standard input')
    .option('--company <name>', 'company whose data it works with; created if it does not exist (default: the oldest)')
    .option('--rights <list>', `comma-separated: ${RIGHTS.join(', ')}`, parseRights, [...RIGHTS])
    .option(...generate)
    .action(async (username: string, options: { company?: string; rights: Right[]; generate?: boolean }) => {
      const password = await choosePassword(options.generate);
      const { company, rights } = options;
      const account = await withAccounts('user add', (accounts) => accounts.create({ username, password, company, rights }));
      console.log(`created ${describeAccount(account)}`);
      if (options.generate) showPassword(password);
    });

  user
    .command('list')
    .description('list all accounts')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const accounts = await withAccounts('user list', (all) => all.list());
      if (options.json) return console.log(JSON.stringify(accounts, null, 2));
      for (const account of accounts) console.log(describeAccount(account));
    });

  user
    .command('disable <name>')
    .description('disable an account: its password and tokens are refused from now on')
    .action(async (username: string) => {
      await withAccounts('user disable', (accounts) => accounts.disable(username));
      console.log(`disabled ${username}`);
    });

  user
    .command('enable <name>')
    .description('enable an account again; tokens issued before it was disabled stay invalid')
    .action(async (username: string) => {
      await withAccounts('user enable', (accounts) => accounts.enable(username));
      console.log(`enabled ${username}`);
    });

  user
    .command('password <name>')
    .description('set a new password, prompted for or read from standard input; existing tokens become invalid')
    .option(...generate)
    .action(async (username: string, options: { generate?: boolean }) => {
      const password = await choosePassword(options.generate);
      await withAccounts('user password', (accounts) => accounts.setPassword(username, password));
      console.log(`changed the password of ${username}`);
      if (options.generate) showPassword(password);
    });

  user
    .command('rights')
    .argument('<name>')
    .argument('<list>', `comma-separated: ${RIGHTS.join(', ')}`, parseRights)
    .description('set what the account may do')
    .action(async (username: string, rights: Right[]) => {
      await withAccounts('user rights', (accounts) => accounts.setRights(username, rights));
      console.log(`rights of ${username}: ${rights.join(', ') || 'none'}`);
    });

  user
    .command('recognition <name>')
    .description("set the account's recognition settings; omitted options return to their defaults")
    .addOption(
      new Option('--liveness <state>', 'check liveness before recognising or registering').choices(['on', 'off']).default('on'),
    )
    .addOption(
      new Option('--duplicates <action>', 'what to do if a face being registered already belongs to another person')
        .choices(['off', 'warn', 'refuse'])
        .default('warn'),
    )
    .action(async (username: string, options: { liveness: string; duplicates: RecognitionSettings['duplicates'] }) => {
      const settings: RecognitionSettings = { liveness: options.liveness === 'on', duplicates: options.duplicates };
      await withAccounts('user recognition', (accounts) => accounts.setRecognition(username, JSON.stringify(settings)));
      console.log(`recognition settings of ${username}: liveness ${options.liveness}, duplicates ${options.duplicates}`);
    });

  user
    .command('pictures <name>')
    .description(
      'set how long future pictures from this account are kept; <time> is `none`, a number of days, or `keep` (enrolments only)',
    )
    .option('--enrolments <time>', 'pictures of enrolled persons (default: keep, as long as the enrolment exists)', (text) =>
      readDays(text, true),
    )
    .option('--scans <time>', 'pictures of scans (default: none)', (text) => readDays(text, false))
    .action(async (username: string, options: { enrolments?: number | null; scans?: number }) => {
      const { enrolments: enrolment, scans: scan } = options;
      await withAccounts('user pictures', (accounts) =>
        accounts.setPictureRetention(username, {
          ...(enrolment === undefined ? {} : { enrolment }),
          ...(scan === undefined ? {} : { scan }),
        }),
      );
      console.log(`picture retention updated for ${username}`);
    });

  user
    .command('retention <name> <days>')
    .description('set for how many days scans are kept (0: forever), or `default` for TRIFACE_SCAN_RETENTION_DAYS')
    .action(async (username: string, days: string) => {
      if (days !== 'default' && !/^\d{1,9}$/.test(days))
        throw new AccountError('bad-retention', 'invalid days: give a whole number, or `default`');
      await withAccounts('user retention', (accounts) =>
        accounts.setRetention(username, days === 'default' ? null : Number(days)),
      );
      console.log(`scans of ${username} are kept ${describeRetention(days === 'default' ? null : Number(days))}`);
    });
}

async function choosePassword(isGenerated: boolean | undefined): Promise<string> {
  if (isGenerated) return generatePassword();
  const password = await readPassword();
  checkPassword(password);
  return password;
}

/**
 * Days for which pictures are kept: 0 for not at all, null for as long as the record they belong to.
 * @throws InvalidArgumentError
 */
function readDays(text: string, mayKeep: boolean): number | null {
  if (text === 'none') return 0;
  if (text === 'keep' && mayKeep) return null;
  if (!/^\d{1,5}$/.test(text))
    throw new InvalidArgumentError(`It must be ${mayKeep ? '`keep`, ' : ''}\`none\` or a number of days.`);
  return Number(text);
}

function showPassword(password: string): void {
  console.log(`password: ${password}\nIt is not stored in clear text and will not be shown again.`);
}

function describeRetention(days: number | null): string {
  return days === null ? "for the server's default time" : days === 0 ? 'forever' : `for ${days} days`;
}

function describeAccount({ username, company, rights, isDisabled, retentionDays, createdAt }: Account): string {
  const retention = retentionDays === null ? '' : `  scans kept ${describeRetention(retentionDays)}`;
  const state = isDisabled ? 'disabled' : 'enabled';
  return `${username}  ${state}  company ${company}  rights ${rights.join(',') || 'none'}  since ${new Date(createdAt).toISOString()}${retention}`;
}
