import { join, resolve } from 'node:path';
import { findInstalledPacks } from '../../base/installation.js';

/**
 * Where packs and the choice among them are looked up, in this order. Only the first folder is written to; the second is that of an
 * installation whose packs came with it, such as an image.
 */
export type PackFolders = string | readonly [own: string, installed: string];

/** The folders of packs: in the data folder, so that packs survive an upgrade, and in the installation. */
export function findPackFolders(dataDir: string): PackFolders {
  const own = join(dataDir, 'packs');
  const installed = findInstalledPacks();
  return resolve(own) === resolve(installed) ? own : [own, installed];
}

/** All folders, in the order in which they are searched. */
export const listFolders = (folders: PackFolders): readonly string[] => (typeof folders === 'string' ? [folders] : folders);

/** The folder that packs are added to. */
export const ownFolder = (folders: PackFolders): string => listFolders(folders)[0]!;
