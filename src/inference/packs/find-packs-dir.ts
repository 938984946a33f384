import { join } from 'node:path';

/** The folder of added packs and `active.json`. It is in the data folder, so that packs survive an upgrade. */
export const findPacksDir = (dataDir: string): string => join(dataDir, 'packs');
