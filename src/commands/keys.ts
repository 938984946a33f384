import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import { CAPTURE_KEY_SECONDS } from '../keys/capture-key.js';
import type { Keys } from '../keys/keys.js';
import { OPENID_KEY_SECONDS } from '../keys/rsa-key.js';
import { readRegisteredKeys } from './held-keys.js';
import { recordDone, withChanges } from './with-changes.js';
import { withStore } from './with-store.js';

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
    .command('stage')
    .description('create the next key without using it, to be copied to servers with their own key folder before `rotate`')
    .option(...captureOption)
    .action((choice: Choice) =>
      withChanges('keys stage', async ({ store, config, changes, demandKey }) => {
        await demandKey();
        const { ring, words, name } = choose(choice, (await readRegisteredKeys(store, config)).keys);
        const kid = await ring.stage();
        await recordDone(store, changes, [{ action: 'key.stage', companyId: null, subject: name, new: { next: kid } }]);
        console.log(`the next key is ${kid}\n${words.stagedHint}`);
      }),
    );

  keys
    .command('rotate')
    .description('use the next key, or a new one; the old key stays valid for a while for tokens or packets created with it')
    .option(...captureOption)
    .action((choice: Choice) =>
      withChanges('keys rotate', async ({ store, config, changes, demandKey }) => {
        await demandKey();
        const { keys, register } = await readRegisteredKeys(store, config);
        const { ring, words, name } = choose(choice, keys);
        const of = { companyId: null, subject: name };
        const { oldKid, newKid } = await ring.rotate((change) =>
          register.publish(name, change, words.seconds, (db, { required }) =>
            changes.record(db, { ...of, action: 'key.require', new: required }),
          ),
        );
        await recordDone(store, changes, [{ ...of, action: 'key.rotate', old: { current: oldKid }, new: { current: newKid } }]);
        console.log(`${words.active} with ${newKid}\n${oldKid} ${words.retired} for another ${words.seconds / 3600} hours`);
      }),
    );

  keys
    .command('list')
    .description('list the valid keys, current key first')
    .option(...captureOption)
    .action((choice: Choice) =>
      withStore(async (store, config) => {
        const { ring, words } = choose(choice, (await readRegisteredKeys(store, config)).keys);
        const { current, next, all } = await ring.read();
        for (const key of all) console.log(`${key.kid}  ${key === current ? words.current : key === next ? 'next' : 'retired'}`);
      }),
    );

  keys
    .command('accept')
    .description('require the keys of this data directory of every server from now on: keys were lost or replaced on purpose')
    .action(() =>
      withChanges('keys accept', async ({ store, config, changes }) => {
        const { held, register } = await readRegisteredKeys(store, config);
        const changed = await register.accept(held, (db, { required, released }) =>
          changes.record(db, { action: 'key.accept', companyId: null, subject: null, old: released, new: required }),
        );
        console.log(changed.length === 0 ? 'these keys are required already' : `required from now on: ${changed.join(', ')}`);
      }),
    );
}

const openidWords = {
  active: 'signing',
  current: 'signs',
  retired: 'verifies',
  seconds: OPENID_KEY_SECONDS,
  stagedHint: `copy keys/ to every server that has its own, then run \`${commandName} keys rotate\``,
};
const captureWords = {
  active: 'sealing',
  current: 'seals',
  retired: 'opens',
  seconds: CAPTURE_KEY_SECONDS,
  stagedHint: `copy keys/ to every server that has its own, then run \`${commandName} keys rotate --capture\``,
};

const choose = ({ capture }: Choice, keys: Keys) =>
  capture
    ? { name: 'capture', ring: keys.capture, words: captureWords }
    : { name: 'openid', ring: keys.openid, words: openidWords };
