import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds the root of this installation: the nearest directory above a module whose package.json has the name `triface`. (A fixed
 * path relative to the module would differ between the sources and `dist/src/…`.)
 * @param from URL of a module within the installation
 * @throws Error if there is no such directory
 */
export function findInstallation(from: string = import.meta.url): string {
  let directory = dirname(fileURLToPath(from));
  while (!isTriface(directory)) {
    const above = dirname(directory);
    if (above === directory)
      throw new Error(
        'the triface installation was not found: no folder above this module has a package.json with the name "triface"',
      );
    directory = above;
  }
  return directory;
}

/** The folder of the prepared models. @param configured `TRIFACE_MODELS_DIR`; empty for the installation's `models/` */
export function findModelsDir(configured = ''): string {
  return configured || join(findInstallation(), 'models');
}

/**
 * The file with the learned coefficients of the liveness score. Always the installation's, regardless of `TRIFACE_MODELS_DIR`.
 */
export function findLivenessFusion(): string {
  return join(findInstallation(), 'models', 'liveness-fusion.json');
}

/** The file with the learned coefficients of the motion of a sequence. Always the installation's, too. */
export function findMotionFusion(): string {
  return join(findInstallation(), 'models', 'motion-fusion.json');
}

/** The committed model manifest. Always the installation's, regardless of `TRIFACE_MODELS_DIR`. */
export function findModelManifest(): string {
  return join(findInstallation(), 'models', 'manifest.json');
}

/** The committed catalogue of model packs. */
export function findPackCatalog(): string {
  return join(findInstallation(), 'models', 'catalog.json');
}

/** Packs that are part of the installation, and the choice among them. Below it are the descriptions of the catalogue's packs, too. */
export function findInstalledPacks(): string {
  return join(findInstallation(), 'models', 'packs');
}

/** Version of this installation, from its package.json. */
export const readVersion = (): string =>
  (JSON.parse(readFileSync(join(findInstallation(), 'package.json'), 'utf8')) as { version: string }).version;

function isTriface(directory: string): boolean {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'triface';
}
