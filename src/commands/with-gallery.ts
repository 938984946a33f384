import { openAuditTools } from '../audit/audit-keys.js';
import type { Config } from '../config/schema.js';
import type { GalleryParts } from '../gallery/gallery-parts.js';
import { openMasterKeys } from '../vault/master-keys.js';
import { withStore } from './with-store.js';

/** The gallery without recognition, as commands use it. */
export type QuietGallery = Omit<GalleryParts, 'recognitionModel'>;

/** Runs a task on the configured gallery, then closes the store. Works while a server is running. */
export const withGallery = <T>(task: (gallery: QuietGallery, config: Config) => Promise<T>): Promise<T> =>
  withStore(async (store, config) => {
    const { DATA_DIR: dataDir, TRIFACE_MASTER_KEY: fixed } = config;
    const warn = (message: string) => console.error(message);
    const masterKeys = await openMasterKeys({ fixed, dataDir, warn });
    return task({ store, masterKeys, ...(await openAuditTools({ dataDir, warn, now: store.now })) }, config);
  });
