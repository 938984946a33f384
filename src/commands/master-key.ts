import type { Command } from 'commander';
import { transact } from '../storage/transaction.js';
import { findMasterKeysInUse, rewrapDataKeys } from '../vault/data-keys.js';
import { type QuietGallery, withGallery } from './with-gallery.js';

/**
 * `triface master-key`: the keys that encrypt the data keys. Rotation re-encrypts only the data keys; pictures and templates are
 * not touched. Works while a server is running.
 */
export function addMasterKeyCommand(program: Command): void {
  const masterKey = program.command('master-key');

  masterKey
    .command('rotate')
    .description('create a new master key and re-encrypt every data key with it; the old key stays until `retire`')
    .action(() =>
      withGallery(async (gallery, config) => {
        // Keys in the environment are managed by the operator, who puts the new one first.
        if (config.TRIFACE_MASTER_KEY.length === 0) await gallery.masterKeys.add();
        const [current] = gallery.masterKeys.read();
        const sealed = await rewrapDataKeys(gallery.store.db, gallery.masterKeys);
        await record(gallery, { sealed });
        console.log(`${sealed} data keys are now encrypted with ${current.id}`);
        console.log(
          config.TRIFACE_MASTER_KEY.length === 0
            ? 'once every running server has picked up the new key, run `triface master-key retire`'
            : 'once no server uses the old key any more, remove it from TRIFACE_MASTER_KEY',
        );
      }),
    );

  masterKey
    .command('retire')
    .description(
      're-encrypt remaining data keys with the current master key and destroy the old keys; backups that need them become unreadable',
    )
    .action(() =>
      withGallery(async (gallery) => {
        const sealed = await rewrapDataKeys(gallery.store.db, gallery.masterKeys);
        const retired = await gallery.masterKeys.drop(await findMasterKeysInUse(gallery.store.db));
        await record(gallery, { sealed, retired: retired.length });
        console.log(retired.length === 0 ? 'there is no old master key' : `destroyed ${retired.join(', ')}`);
      }),
    );

  masterKey
    .command('list')
    .description('list the master key ids, current key first, and how many data keys each one encrypts')
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
          console.log(
            `${id}  encrypts ${count} data keys${known.includes(id) ? '' : '  MISSING: these data keys cannot be decrypted'}`,
          );
        }
      }),
    );
}

const record = ({ store, audit }: QuietGallery, detail: Record<string, number>): Promise<void> =>
  transact(store.db, (db) =>
    audit.append(db, { actor: 'operator', action: 'master-key.rotate', companyId: null, subject: null, detail }),
  );
