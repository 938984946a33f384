import { type Command, InvalidArgumentError, Option } from 'commander';
import { RIGHTS, type Right } from '../base/settings/rights.js';
import { Accounts } from '../identity/accounts.js';
import { GRANTS, type Grant, type OpenIdClient, OpenIdClients } from '../identity/openid/clients.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { parseRights } from './parse-rights.js';
import { withChanges } from './with-changes.js';

interface AddOptions {
  redirectUri?: string[];
  confidential?: boolean;
  grant?: Grant[];
  company?: string;
  rights: Right[];
}

/** `triface client`: applications that may request tokens. Works while a server is running. */
export function addClientCommand(program: Command): void {
  const client = program.command('client');

  client
    .command('add <name>')
    .description('create a client; the secret of a confidential client is shown once')
    .option('--redirect-uri <uri>', 'allowed redirect URI after login; repeatable', collect)
    .option('--confidential', 'the client can keep a secret (a server, not a browser or an app)')
    .addOption(new Option('--grant <grant>', `${GRANTS.join(', ')}; repeatable`).argParser(collectGrant))
    .option('--company <name>', 'for client_credentials: company whose data it works with (default: the oldest)')
    .option('--rights <list>', `for client_credentials: its rights, comma-separated: ${RIGHTS.join(', ')}`, parseRights, [
      ...RIGHTS,
    ])
    .action(async (id: string, { redirectUri = [], confidential = false, grant, company, rights }: AddOptions) => {
      const grants = grant ?? (redirectUri.length > 0 ? ['authorization_code' as const] : ['client_credentials' as const]);
      const { secret } = await withClients('client add', (clients) =>
        clients.add({ id, isConfidential: confidential, grants, redirectUris: redirectUri, company, rights }),
      );
      console.log(`created ${id}`);
      if (secret !== undefined) console.log(`secret: ${secret}\nOnly its hash is stored. It will not be shown again.`);
    });

  client
    .command('list')
    .description('list all clients')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const clients = (await withClients('client list', (all) => all.list())).map(describeClient);
      if (json) return console.log(JSON.stringify(clients, null, 2));
      for (const { name, type, grants, redirectUris } of clients)
        console.log(`${name}  ${type}  grants ${grants.join(',')}  ${redirectUris.join(' ')}`.trimEnd());
    });

  client
    .command('remove <name>')
    .description('remove a client and revoke its tokens')
    .action(async (id: string) => {
      await withClients('client remove', (clients) => clients.remove(id));
      console.log(`removed ${id}`);
    });
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

const describeClient = ({ id, secretHash, grants, redirectUris }: OpenIdClient) => ({
  name: id,
  type: secretHash === undefined ? 'public' : 'confidential',
  grants,
  redirectUris,
});
