import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { RETIRED_KEY_SECONDS } from '../identity/key-ring.js';
import { openKeys } from '../identity/keys.js';

/** `triface keys`: the keys that sign contract C's tokens; a running server follows within a second. */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('the keys that sign OpenID tokens');

  keys
    .command('rotate')
    .description('make a new signing key; the old one goes on verifying the tokens it has signed')
    .action(async () => {
      const { openid } = await open();
      const { oldKid, newKid } = await openid.rotate();
      console.log(`signing with ${newKid}\n${oldKid} verifies for ${RETIRED_KEY_SECONDS / 3600} hours more`);
    });

  keys
    .command('list')
    .description('every key that verifies, the signing one first')
    .action(async () => {
      const { all } = await (await open()).openid.read();
      for (const [index, { kid }] of all.entries()) console.log(`${kid}  ${index === 0 ? 'signs' : 'retired'}`);
    });
}

const open = () => openKeys({ dataDir: loadConfig(process.env).DATA_DIR, warn: (message) => console.error(message) });
