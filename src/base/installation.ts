import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The root of this installation: the nearest directory above a module whose package.json is named `triface`. (Sources run from
 * `dist/src/…`, so a path relative to the module would differ between source and build.)
 * @param from URL of a module within the installation
 * @throws Error when there is none above it
 */
export function findInstallation(from: string = import.meta.url): string {
  let directory = dirname(fileURLToPath(from));
  while (!isTriface(directory)) {
    const above = dirname(directory);
    if (above === directory) throw new Error('the installation of triface was not found above its own code');
    directory = above;
  }
  return directory;
}

/** Where the prepared models lie. @param configured `TRIFACE_MODELS_DIR`; empty for `models/` of the installation */
export function findModelsDir(configured = ''): string {
  return configured || join(findInstallation(), 'models');
}

/** The learned numbers of the liveness score. They are the installation's, wherever the models lie. */
export function findLivenessFusion(): string {
  return join(findInstallation(), 'models', 'liveness-fusion.json');
}

/** The committed manifest. It is the installation's, wherever the models lie. */
export function findModelManifest(): string {
  return join(findInstallation(), 'models', 'manifest.json');
}

/** The committed catalogue of model packs. */
export function findPackCatalog(): string {
  return join(findInstallation(), 'models', 'catalog.json');
}

/** Version of this installation, from its package.json. */
export const readVersion = (): string =>
  (JSON.parse(readFileSync(join(findInstallation(), 'package.json'), 'utf8')) as { version: string }).version;

function isTriface(directory: string): boolean {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'triface';
}
