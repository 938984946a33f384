import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import { findMasterKeysInUse, rewrapDataKeys } from '../vault/data-keys.js';
import { KeyRegister, MASTER_RING } from '../vault/key-register.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { recordDone } from './with-changes.js';
import { withGallery } from './with-gallery.js';

/**
 * `triface master-key`: the keys that encrypt the data keys. Rotation re-encrypts only the data keys; pictures and templates are
 * not touched. Works while a server is running.
 */
export function addMasterKeyCommand(program: Command): void {
  const masterKey = program.command('master-key');

  masterKey
    .command('stage')
    .description('create the next master key without using it, to be copied to servers with their own key folder before `rotate`')
    .action(() =>
      withGallery('master-key stage', async ({ store, masterKeys, changes, demandKey }) => {
        await demandKey();
        const { id } = await masterKeys.stage(await findFormer(new KeyRegister(store), masterKeys));
        await recordDone(store, changes, [{ ...ofMasterKey, action: 'master-key.stage', new: { next: id } }]);
        console.log(
          `the next master key is ${id}\ncopy keys/ to every server that has its own, then run \`${commandName} master-key rotate\``,
        );
      }),
    );

  masterKey
    .command('rotate')
    .description('use the next master key, or a new one, and re-encrypt every data key with it; the old key stays until `retire`')
    .action(() =>
      withGallery('master-key rotate', async ({ store, masterKeys, changes, demandKey }, config) => {
        await demandKey();
        const register = new KeyRegister(store);
        const [{ id: oldKid }] = masterKeys.read();
        const { id: newKid } = await masterKeys.stage(await findFormer(register, masterKeys));
        await register.publish(MASTER_RING, { oldKid, newKid }, undefined, (db, { required }) =>
          changes.record(db, { ...ofMasterKey, action: 'key.require', new: required }),
        );
        await masterKeys.promote(newKid);
        const sealed = await rewrapDataKeys(store.db, masterKeys);
        const values = { old: { current: oldKid }, new: { current: newKid }, more: { sealed } };
        await recordDone(store, changes, [{ ...ofMasterKey, action: 'master-key.rotate', ...values }]);
        console.log(`${sealed} data keys are now encrypted with ${newKid}`);
        console.log(
          config.TRIFACE_MASTER_KEY.length === 0
            ? `copy keys/ to every server that has its own; then run \`${commandName} master-key retire\``
            : `put the new key first in TRIFACE_MASTER_KEY of every server; then run \`${commandName} master-key retire\`, and remove the old one`,
        );
      }),
    );

  masterKey
    .command('retire')
    .description(
      're-encrypt remaining data keys with the current master key and destroy the old keys; backups that need them become unreadable',
    )
    .action(() =>
      withGallery('master-key retire', async ({ store, masterKeys, changes, demandKey }, config) => {
        await demandKey();
        const register = new KeyRegister(store);
        const [current, ...others] = masterKeys.read();
        const unused = others.map(({ id }) => id).filter((id) => id !== current.id);
        // First: from then on no server seals with them.
        await register.forget(MASTER_RING, unused, (db, { released }) =>
          changes.record(db, { ...ofMasterKey, action: 'key.release', old: released }),
        );
        const sealed = await rewrapDataKeys(store.db, masterKeys);
        const inUse = await findMasterKeysInUse(store.db);
        const retired = config.TRIFACE_MASTER_KEY.length === 0 ? await masterKeys.drop(inUse) : [];
        await recordDone(store, changes, [{ ...ofMasterKey, action: 'master-key.retire', old: { retired }, more: { sealed } }]);
        console.log(
          config.TRIFACE_MASTER_KEY.length > 0
            ? `no server needs ${unused.join(', ') || 'an old master key'} any more`
            : retired.length === 0
              ? 'there is no old master key'
              : `destroyed ${retired.join(', ')}`,
        );
      }),
    );

  masterKey
    .command('list')
    .description('list the master key ids, current key first, and how many data keys each one encrypts')
    .action(() =>
      withGallery('master-key list', async ({ store, masterKeys }) => {
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

/** The keys that were used before: those that every server must hold, and, before the first server has registered them, the first. */
async function findFormer(register: KeyRegister, masterKeys: MasterKeys): Promise<ReadonlySet<string>> {
  const required = await register.listRequired(MASTER_RING);
  return required.size > 0 ? required : new Set([masterKeys.read()[0].id]);
}

const ofMasterKey = { companyId: null, subject: MASTER_RING } as const;
