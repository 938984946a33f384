import { join } from 'node:path';

/** Where added packs and the choice among them lie: with the data, as they outlive an installation. */
export const findPacksDir = (dataDir: string): string => join(dataDir, 'packs');
