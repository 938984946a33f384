import { commandName } from '../base/command-name.js';
import { findPackCatalog } from '../base/installation.js';
import type { Config } from '../config/schema.js';
import type { Accounts } from '../identity/accounts.js';
import { createFirstAccount } from '../identity/first-start.js';
import { findSelection } from '../inference/packs/active-packs.js';
import { loadCatalog } from '../inference/packs/catalog.js';
import { findPackFolders } from '../inference/packs/pack-folders.js';
import type { Announce } from './announce-slow.js';

/** Creates the first account if there is none, and announces it together with the recommended packs. */
export async function announceFirstStart(accounts: Accounts, config: Config, announce: Announce): Promise<void> {
  const first = await createFirstAccount(accounts, {
    username: config.TRIFACE_ADMIN_USER,
    password: config.TRIFACE_ADMIN_PASSWORD,
  });
  if (!first.isFirst) return;
  const { username, password } = first;
  // A configured name stays out of the output, which may be collected as a log.
  if (password === undefined) announce('Created the first account, as TRIFACE_ADMIN_USER and TRIFACE_ADMIN_PASSWORD say.');
  else {
    announce('Created the first account. Its password is printed on standard error, this time only', 'log');
    announce(
      `Created the account "${username}" with the password\n\n    ${password}\n\nWrite it down: it is not shown again. Change it with \`${commandName} user password ${username}\`.\n`,
      'secret',
    );
  }
  await recommendPacks(config, announce);
}

/** Says what the recommended packs would improve, unless packs were chosen, or chosen to be left out. */
async function recommendPacks({ DATA_DIR }: Config, announce: Announce): Promise<void> {
  if (await findSelection(findPackFolders(DATA_DIR))) return;
  // A server does not need the catalogue: a damaged one must not end a start that has shown the password.
  const { recommended } = await loadCatalog(findPackCatalog()).catch(() => ({ recommended: undefined }));
  if (!recommended) return;
  announce(
    `Further open models would lower the errors: ${recommended.inShort}.\nTo add them: ${commandName} models add recommended\n`,
  );
}
