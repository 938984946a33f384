import { openAuditTools } from '../audit/audit-keys.js';
import type { Config } from '../config/schema.js';
import type { GalleryParts } from '../gallery/gallery-parts.js';
import { openMasterKeys } from '../vault/master-keys.js';
import { withStore } from './with-store.js';

/** The gallery without recognition, as commands use it. */
export type QuietGallery = Omit<GalleryParts, 'recognitionModel'>;

/** A command that cannot be carried out as given. `message` is for the operator. */
export class GalleryCommandError extends Error {
  override name = 'GalleryCommandError';
}

/** Runs a task on the configured gallery, then closes the store. Works while a server is running. */
export const withGallery = <T>(task: (gallery: QuietGallery, config: Config) => Promise<T>): Promise<T> =>
  withStore(async (store, config) => {
    const { DATA_DIR: dataDir, TRIFACE_MASTER_KEY: setting } = config;
    const warn = (message: string) => console.error(message);
    const masterKeys = await openMasterKeys({ setting, dataDir, warn });
    return task({ store, masterKeys, ...(await openAuditTools({ dataDir, warn })) }, config);
  });

/** Finds a company by name, or the only company if no name is given. @returns its id @throws GalleryCommandError */
export async function findCompany({ store }: QuietGallery, name: string | undefined): Promise<string> {
  const companies = await store.db.selectFrom('companies').select(['id', 'name']).orderBy('name').execute();
  const found = name === undefined ? companies : companies.filter((company) => company.name === name);
  if (found.length === 1) return found[0]!.id;
  if (name !== undefined) throw new GalleryCommandError(`there is no company ${JSON.stringify(name)}`);
  throw new GalleryCommandError(
    companies.length === 0
      ? 'there is no company yet; `triface user add` creates one'
      : `there are several companies; choose one with --company: ${companies.map((company) => company.name).join(', ')}`,
  );
}
