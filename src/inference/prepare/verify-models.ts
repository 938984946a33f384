import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../base/hash.js';
import type { ModelEntry, ModelManifest } from './manifest.js';
import { ModelsDirError } from './models-dir-error.js';

/** How a prepared file compares with the manifest. `got` is set if the state is `broken`. */
export interface ModelCheck {
  key: string;
  file: string;
  state: 'ok' | 'missing' | 'broken';
  /** SHA-256 in the manifest */
  wanted: string;
  /** SHA-256 of the file */
  got?: string;
}

/**
 * Compares the hash of every prepared model with the manifest. Only reads, and needs no network.
 * @throws ModelsDirError if an existing file cannot be read
 */
export async function verifyModels(where: { modelsDir: string; manifest: ModelManifest }): Promise<ModelCheck[]> {
  return Promise.all(where.manifest.models.map((model) => verifyModel(where.modelsDir, model)));
}

/** As `verifyModels`, for one model. */
export async function verifyModel(modelsDir: string, { key, file, sha256: wanted }: ModelEntry): Promise<ModelCheck> {
  const bytes = await readFile(join(modelsDir, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ModelsDirError(modelsDir, 'read', error);
  });
  if (!bytes) return { key, file, state: 'missing', wanted };
  const got = sha256(bytes);
  return got === wanted ? { key, file, state: 'ok', wanted } : { key, file, state: 'broken', wanted, got };
}
