import { loadConfig } from '../config/load.js';
import { findPackFolders, type PackFolders } from '../inference/packs/pack-folders.js';

/** The folders of packs, as configured. @throws ConfigError */
export const locatePacks = (): PackFolders => findPackFolders(loadConfig(process.env).DATA_DIR);
