import { type Command, InvalidArgumentError, Option } from 'commander';
import { Accounts } from '../identity/accounts.js';
import { RIGHTS, type Right } from '../identity/caller.js';
import { GRANTS, type Grant, type OpenIdClient, OpenIdClients } from '../identity/openid/clients.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { parseRights } from './parse-rights.js';
import { withStore } from './with-store.js';

interface AddOptions {
  redirectUri?: string[];
  confidential?: boolean;
  grant?: Grant[];
  company?: string;
  rights: Right[];
}

/** `triface client`: applications that may ask for tokens, beside a running server too. */
export function addClientCommand(program: Command): void {
  const client = program.command('client');

  client
    .command('add <name>')
    .description('make a client; the secret of a confidential one is shown once')
    .option('--redirect-uri <uri>', 'where a login may lead back to; repeat it for more', collect)
    .option('--confidential', 'it can keep a secret: a server, not a browser or an app')
    .addOption(new Option('--grant <grant>', `${GRANTS.join(', ')}; repeat it for more`).argParser(collectGrant))
    .option('--company <name>', 'of a client acting for itself: whose data it works with (default: the oldest)')
    .option('--rights <list>', `of a client acting for itself, comma-separated: ${RIGHTS.join(', ')}`, parseRights, [...RIGHTS])
    .action(async (id: string, { redirectUri = [], confidential = false, grant, company, rights }: AddOptions) => {
      const grants = grant ?? (redirectUri.length > 0 ? ['authorization_code' as const] : ['client_credentials' as const]);
      const { secret } = await withClients((clients) =>
        clients.add({ id, isConfidential: confidential, grants, redirectUris: redirectUri, company, rights }),
      );
      console.log(`made ${id}`);
      if (secret !== undefined) console.log(`secret: ${secret}\nOnly its hash is kept: it will not be shown again.`);
    });

  client
    .command('list')
    .description('every client')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const clients = (await withClients((all) => all.list())).map(describeClient);
      if (json) return console.log(JSON.stringify(clients, null, 2));
      for (const { name, type, grants, redirectUris } of clients)
        console.log(`${name}  ${type}  grants ${grants.join(',')}  ${redirectUris.join(' ')}`.trimEnd());
    });

  client
    .command('remove <name>')
    .description('refuse it and its tokens from now on')
    .action(async (id: string) => {
      await withClients((clients) => clients.remove(id));
      console.log(`removed ${id}`);
    });
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function collectGrant(value: string, before: Grant[] = []): Grant[] {
  if (!(GRANTS as readonly string[]).includes(value)) throw new InvalidArgumentError(`it is one of ${GRANTS.join(', ')}.`);
  return [...before, value as Grant];
}

const withClients = <T>(task: (clients: OpenIdClients) => Promise<T>): Promise<T> =>
  withStore((store) => task(new OpenIdClients({ store, accounts: new Accounts({ store, hasher: new PasswordHasher() }) })));

const describeClient = ({ id, secretHash, grants, redirectUris }: OpenIdClient) => ({
  name: id,
  type: secretHash === undefined ? 'public' : 'confidential',
  grants,
  redirectUris,
});
