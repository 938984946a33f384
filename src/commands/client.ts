import { type Command, InvalidArgumentError, Option } from 'commander';
import { commandName } from '../base/command-name.js';
import { RIGHTS, type Right } from '../base/settings/rights.js';
import { Accounts } from '../identity/accounts.js';
import { GRANTS, type Grant } from '../identity/openid/client-rules.js';
import { type OpenIdClient, OpenIdClients, splitEntries } from '../identity/openid/clients.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { CommandError } from './command-error.js';
import { parseRights } from './parse-rights.js';
import { readSecret } from './read-secret.js';
import { withChanges } from './with-changes.js';

interface Settings {
  redirectUri?: string[];
  redirectUriPrefix?: string[];
  webOrigin?: string[];
  pkce?: 'required' | 'optional';
  secretFile?: string;
}

interface AddOptions extends Settings {
  confidential?: boolean;
  grant?: Grant[];
  company?: string;
  rights: Right[];
}

/** `triface client`: applications that may request tokens. Works while a server is running. */
export function addClientCommand(program: Command): void {
  const client = program.command('client');

  addSettings(
    client
      .command('add <name>')
      .description('create a client; a generated secret is shown once')
      .option('--confidential', 'the client can keep a secret (a server, not a browser or an app)')
      .addOption(new Option('--grant <grant>', `${GRANTS.join(', ')}; repeatable`).argParser(collectGrant))
      .option('--company <name>', 'for client_credentials: company whose data it works with (default: the oldest)')
      .option('--rights <list>', `for client_credentials: its rights, comma-separated: ${RIGHTS.join(', ')}`, parseRights, [
        ...RIGHTS,
      ]),
    'the existing secret of a confidential client, instead of a generated one; - reads standard input',
  ).action(async (id: string, options: AddOptions) => {
    const { confidential, grant, company, rights, secretFile } = options;
    const { redirectUris = [], redirectUriPrefixes = [], webOrigins, requiresPkce } = read(options);
    const isForUsers = redirectUris.length + redirectUriPrefixes.length > 0;
    const secret = secretFile === undefined ? undefined : await readSecret(secretFile);
    const made = await withClients('client add', (clients) =>
      clients.add({
        ...{ id, redirectUris, redirectUriPrefixes, webOrigins, requiresPkce, secret, company, rights },
        isConfidential: confidential || secret !== undefined,
        grants: grant ?? [isForUsers ? 'authorization_code' : 'client_credentials'],
      }),
    );
    console.log(`created ${id}`);
    if (made.account !== undefined) console.log(`account: ${made.account}`);
    showSecret(made.secret);
  });

  addSettings(
    client
      .command('set <name>')
      .description('change a client: each option replaces what it had, the redirect URIs of both kinds together')
      .option('--secret', 'generate a new secret and show it once; the old one is void at once'),
    'a new secret of a confidential client; - reads standard input',
  ).action(async (id: string, options: Settings & { secret?: boolean }) => {
    const { secret: isGenerated, secretFile } = options;
    if (isGenerated && secretFile !== undefined) throw new CommandError('give either --secret or --secret-file, not both');
    if (Object.keys(options).length === 0)
      throw new CommandError(`give at least one option: see \`${commandName} client set --help\``);
    const chosen = secretFile === undefined ? undefined : await readSecret(secretFile);
    const secret = isGenerated ? ({ generated: true } as const) : chosen;
    const changed = await withClients('client set', (clients) => clients.change(id, { ...read(options), secret }));
    console.log(`changed ${id}`);
    showSecret(changed.secret);
  });

  client
    .command('list')
    .description('list all clients')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const clients = (await withClients('client list', (all) => all.list())).map(describeClient);
      if (json) return console.log(JSON.stringify(clients, null, 2));
      for (const one of clients) console.log(describeInLine(one));
    });

  client
    .command('remove <name>')
    .description('remove a client and revoke its tokens')
    .action(async (id: string) => {
      await withClients('client remove', (clients) => clients.remove(id));
      console.log(`removed ${id}`);
    });
}

/** The options that `add` and `set` share. */
const addSettings = (command: Command, secretFile: string): Command =>
  command
    .option('--redirect-uri <uri>', 'allowed redirect URI after login, matched exactly; repeatable', collect)
    .option('--redirect-uri-prefix <uri>', 'ends in /: every path below it is an allowed redirect URI; repeatable', collect)
    .option(
      '--web-origin <origin>',
      'origin whose pages may call the server, beside those of the redirect URIs; repeatable',
      collect,
    )
    .addOption(
      new Option(
        '--pkce <rule>',
        'whether a login needs PKCE (default: required for public clients, which always need it)',
      ).choices(['required', 'optional']),
    )
    .option('--secret-file <file>', secretFile);

const read = ({ redirectUri, redirectUriPrefix, webOrigin, pkce }: Settings) => ({
  redirectUris: redirectUri,
  redirectUriPrefixes: redirectUriPrefix,
  // Keycloak's `+`, the origins of the redirect URIs, applies to every client here.
  webOrigins: webOrigin?.filter((origin) => origin !== '+'),
  requiresPkce: pkce === undefined ? undefined : pkce === 'required',
});

function showSecret(secret: string | undefined): void {
  if (secret !== undefined) console.log(`secret: ${secret}\nOnly its hash is stored. It will not be shown again.`);
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function collectGrant(value: string, before: Grant[] = []): Grant[] {
  if (!(GRANTS as readonly string[]).includes(value)) throw new InvalidArgumentError(`It must be one of ${GRANTS.join(', ')}.`);
  return [...before, value as Grant];
}

const withClients = <T>(command: string, task: (clients: OpenIdClients) => Promise<T>): Promise<T> =>
  withChanges(command, ({ store, changes }) =>
    task(new OpenIdClients({ store, accounts: new Accounts({ store, hasher: new PasswordHasher(), changes }) })),
  );

const describeClient = ({ id, secretHash, grants, redirectUris, requiresPkce, webOrigins }: OpenIdClient) => ({
  name: id,
  type: secretHash === undefined ? 'public' : 'confidential',
  grants,
  pkce: requiresPkce ? 'required' : 'optional',
  ...splitEntries(redirectUris),
  webOrigins,
});

function describeInLine({ name, type, grants, pkce, ...lists }: ReturnType<typeof describeClient>): string {
  const uris = [...lists.redirectUris, ...lists.redirectUriPrefixes.map((prefix) => `${prefix}*`)];
  const origins = lists.webOrigins.length > 0 ? `  origins ${lists.webOrigins.join(' ')}` : '';
  return `${name}  ${type}  grants ${grants.join(',')}  pkce ${pkce}  ${uris.join(' ')}${origins}`.trimEnd();
}
