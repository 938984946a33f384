import { UnavailableError } from '../base/unavailable-error.js';
import type { Database } from '../storage/schema.js';
import type { MasterKeys } from '../vault/master-keys.js';
import type { TemplateSource } from './index/template-index.js';
import { openSealed } from './open-sealed.js';
import { readTemplates } from './read-templates.js';

/**
 * Reads templates from the database, for the exact scores of a search. Templates that were erased, damaged or given to another company since
 * they were loaded are missing. The source throws UnavailableError if a master key is missing.
 * @param model name of the recognition model
 */
export const storedTemplates =
  (db: Database, masterKeys: Pick<MasterKeys, 'read'>, model: string): TemplateSource =>
  async (companyId, keys) => {
    const found = new Map<number, Float32Array>();
    let isComplete = true;
    openSealed(await readTemplates(db, keys, model), masterKeys, {
      add({ number, company }, vector) {
        if (company === companyId) found.set(number, vector.slice());
      },
      miss() {
        isComplete = false;
      },
      // Confirming the hits reports it.
      fail() {},
    });
    if (isComplete) return found;
    for (const vector of found.values()) vector.fill(0);
    throw new UnavailableError('keys', 'some templates cannot be opened: a master key is missing');
  };
