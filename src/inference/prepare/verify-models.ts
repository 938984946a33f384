import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../base/hash.js';
import type { ModelEntry, ModelManifest } from './manifest.js';

/** How a prepared file compares with the manifest. `got` is there when the state is `broken`. */
export interface ModelCheck {
  key: string;
  file: string;
  state: 'ok' | 'missing' | 'broken';
  /** SHA-256 by the manifest. */
  wanted: string;
  /** SHA-256 of the file as it lies. */
  got?: string;
}

/**
 * Hashes every prepared model and compares with the manifest. Reads only; needs no network.
 * @throws Error when a file is there but cannot be read
 */
export async function verifyModels(where: { modelsDir: string; manifest: ModelManifest }): Promise<ModelCheck[]> {
  return Promise.all(where.manifest.models.map((model) => verifyModel(where.modelsDir, model)));
}

/** As `verifyModels`, of one model. */
export async function verifyModel(modelsDir: string, { key, file, sha256: wanted }: ModelEntry): Promise<ModelCheck> {
  const bytes = await readFile(join(modelsDir, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return { key, file, state: 'missing', wanted };
  const got = sha256(bytes);
  return got === wanted ? { key, file, state: 'ok', wanted } : { key, file, state: 'broken', wanted, got };
}
