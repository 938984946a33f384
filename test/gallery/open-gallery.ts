import type { Test } from 'tap';
import { openAuditTools } from '../../src/audit/audit-keys.js';
import type { GalleryParts } from '../../src/gallery/gallery-parts.js';
import { MemorySearch } from '../../src/gallery/memory-search.js';
import type { Store } from '../../src/storage/store.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';

/** Opens the dependencies of the gallery on an open store, and its search. The search is closed with the test. */
export async function openGallery(
  t: Test,
  { store, dataDir, databaseUrl = '' }: { store: Store; dataDir: string; databaseUrl?: string },
): Promise<{ gallery: GalleryParts; search: MemorySearch }> {
  const warn = () => {};
  const recognitionModel = 'test-model';
  const search = new MemorySearch({
    ...{
      database: { dataDir, databaseUrl, poolSize: 2 },
      fixedMasterKeys: [],
      recognitionModel,
      templateLength: 512,
      threads: 1,
    },
    onThreadLost: () => {},
  });
  t.teardown(() => search.close());
  const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn });
  return {
    gallery: { store, masterKeys, ...(await openAuditTools({ dataDir, warn, now: store.now })), recognitionModel },
    search,
  };
}
