import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { CAPTURE_KEY_SECONDS } from '../keys/capture-key.js';
import { openKeys } from '../keys/keys.js';
import { OPENID_KEY_SECONDS } from '../keys/rsa-key.js';

interface Choice {
  readonly capture?: boolean;
}
const captureOption = ['--capture', 'use the keys for Liveness Plus capture packets instead'] as const;

/**
 * `triface keys`: the keys that sign contract C's tokens and the keys that decrypt capture packets. A running server picks up a
 * change within a second.
 */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys');

  keys
    .command('rotate')
    .description('create a new key; the old key stays valid for a while for tokens or packets created with it')
    .option(...captureOption)
    .action(async (choice: Choice) => {
      const { ring, words } = await open(choice);
      const { oldKid, newKid } = await ring.rotate();
      console.log(`${words.active} with ${newKid}\n${oldKid} ${words.retired} for another ${words.seconds / 3600} hours`);
    });

  keys
    .command('list')
    .description('list the valid keys, current key first')
    .option(...captureOption)
    .action(async (choice: Choice) => {
      const { ring, words } = await open(choice);
      const { all } = await ring.read();
      for (const [index, { kid }] of all.entries()) console.log(`${kid}  ${index === 0 ? words.current : 'retired'}`);
    });
}

const openidWords = { active: 'signing', current: 'signs', retired: 'verifies', seconds: OPENID_KEY_SECONDS };
const captureWords = { active: 'sealing', current: 'seals', retired: 'opens', seconds: CAPTURE_KEY_SECONDS };

async function open({ capture }: Choice) {
  const keys = await openKeys({ dataDir: loadConfig(process.env).DATA_DIR, warn: (message) => console.error(message) });
  return capture ? { ring: keys.capture, words: captureWords } : { ring: keys.openid, words: openidWords };
}
