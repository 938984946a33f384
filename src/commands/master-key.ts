import type { Command } from 'commander';
import { transact } from '../storage/transaction.js';
import { findMasterKeysInUse, rewrapDataKeys } from '../vault/data-keys.js';
import { type QuietGallery, withGallery } from './with-gallery.js';

/**
 * `triface master-key`: the keys that seal the persons' keys. Pictures and templates stay as they are: only the small keys to them are
 * sealed anew, beside a running server too.
 */
export function addMasterKeyCommand(program: Command): void {
  const masterKey = program.command('master-key');

  masterKey
    .command('rotate')
    .description('make a new master key and seal every data key with it; the former stays until `retire`')
    .action(() =>
      withGallery(async (gallery, config) => {
        // Keys of the environment are put there by the operator, the new one first.
        if (config.TRIFACE_MASTER_KEY === '') await gallery.masterKeys.add();
        const [current] = gallery.masterKeys.read();
        const sealed = await rewrapDataKeys(gallery.store.db, gallery.masterKeys);
        await record(gallery, { sealed });
        console.log(`${sealed} data keys are sealed with ${current.id} now`);
        console.log(
          config.TRIFACE_MASTER_KEY === ''
            ? 'when every server has been reachable for a moment, run `triface master-key retire`'
            : 'when no server runs with the former key any more, leave it out of TRIFACE_MASTER_KEY',
        );
      }),
    );

  masterKey
    .command('retire')
    .description(
      'seal what is left with the current master key and destroy the former ones: copies sealed with them stay shut for good',
    )
    .action(() =>
      withGallery(async (gallery) => {
        const sealed = await rewrapDataKeys(gallery.store.db, gallery.masterKeys);
        const retired = await gallery.masterKeys.drop(await findMasterKeysInUse(gallery.store.db));
        await record(gallery, { sealed, retired: retired.length });
        console.log(retired.length === 0 ? 'there is no former master key' : `destroyed ${retired.join(', ')}`);
      }),
    );

  masterKey
    .command('list')
    .description('the ids of the master keys, the current one first, and how many data keys each seals')
    .action(() =>
      withGallery(async ({ store, masterKeys }) => {
        const counts = await store.db
          .selectFrom('dataKeys')
          .select(['masterKey', (select) => select.fn.countAll<number>().as('count')])
          .groupBy('masterKey')
          .execute();
        const known = masterKeys.read().map(({ id }) => id);
        for (const id of new Set([...known, ...counts.map(({ masterKey }) => masterKey)])) {
          const count = counts.find(({ masterKey }) => masterKey === id)?.count ?? 0;
          console.log(`${id}  seals ${count}${known.includes(id) ? '' : '  MISSING: what it seals cannot be opened'}`);
        }
      }),
    );
}

const record = ({ store, audit }: QuietGallery, detail: Record<string, number>): Promise<void> =>
  transact(store.db, (db) =>
    audit.append(db, { actor: 'operator', action: 'master-key.rotate', companyId: null, subject: null, detail }),
  );
