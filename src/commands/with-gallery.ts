import type { Config } from '../config/schema.js';
import type { GalleryParts } from '../gallery/gallery-parts.js';
import { openMasterKeys } from '../vault/master-keys.js';
import { type Changing, openCommandAudit, withChanges } from './with-changes.js';

/** The gallery without recognition, as commands use it. */
export type QuietGallery = Omit<GalleryParts, 'recognitionModel'> & Pick<Changing, 'changes' | 'demandKey'>;

/** Runs a task on the configured gallery, then closes the store. Works while a server is running. @param command as `withChanges` */
export const withGallery = <T>(command: string, task: (gallery: QuietGallery, config: Config) => Promise<T>): Promise<T> =>
  withChanges(command, async ({ store, config, changes, demandKey }) => {
    const { DATA_DIR: dataDir, TRIFACE_MASTER_KEY: fixed } = config;
    const masterKeys = await openMasterKeys({ fixed, dataDir, warn: (message) => console.error(message) });
    return task({ store, masterKeys, changes, demandKey, ...(await openCommandAudit(store, config)) }, config);
  });
