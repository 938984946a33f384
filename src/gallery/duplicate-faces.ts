import type { Policy } from '../analysis/policy.js';
import type { Database } from '../storage/schema.js';
import { findDuplicates, findNewerDuplicates } from './find-duplicates.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryCaller, GalleryParts } from './gallery-parts.js';
import { recognitionOf } from './recognition-settings.js';
import type { TemplateSearch } from './template-search.js';

/** Result of a search for others with the same face. */
export interface DuplicateLook {
  /** numbers of other persons with the same face, best first */
  readonly persons: readonly number[];
  /**
   * Searches what was added since; call it in the registering transaction, after the change is recorded.
   * @throws GalleryError `face-registered`
   */
  settle(db: Database, ownNumber: number): Promise<void>;
}

/**
 * Searches for others with the same face, if the account wants duplicates reported or refused.
 * @param exceptPerson number of the person who may have this face
 * @throws GalleryError `face-registered`; BusyError
 */
export async function refuseOrReportDuplicates(
  parts: Pick<GalleryParts, 'store' | 'masterKeys' | 'recognitionModel'>,
  search: TemplateSearch,
  caller: GalleryCaller,
  vector: Float32Array,
  policy: Policy,
  exceptPerson?: number,
): Promise<DuplicateLook> {
  const { duplicates } = recognitionOf(caller.recognition);
  if (duplicates === 'off') return { persons: [], settle: async () => {} };
  const query = {
    companyId: caller.companyId,
    vector,
    threshold: policy.match,
    ...(exceptPerson === undefined ? {} : { exceptPerson }),
  };
  const { persons, searchedTo } = await findDuplicates(parts, search, query);
  if (duplicates === 'warn') return { persons, settle: async () => {} };
  if (persons.length > 0) throw new GalleryError('face-registered', persons);
  return {
    persons,
    async settle(db, ownNumber) {
      const newer = await findNewerDuplicates(db, parts, { ...query, exceptPerson: ownNumber }, searchedTo);
      if (newer.length > 0) throw new GalleryError('face-registered', newer);
    },
  };
}
