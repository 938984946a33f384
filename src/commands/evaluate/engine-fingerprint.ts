import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findLivenessFusion, findModelManifest, findMotionFusion } from '../../base/installation.js';

/** The folders whose code affects measurements. */
const measuring = ['analysis', 'base', 'imaging', 'inference'];

/**
 * Sixteen hexadecimal digits that change whenever a measurement could change. They cover the model manifest and the learned
 * coefficients, the code around the models (the version number alone does not change during development), and the caller's own values.
 */
export function fingerprintEngine(more: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const file of [findModelManifest(), findLivenessFusion(), findMotionFusion()]) hash.update(readFileSync(file));
  for (const folder of measuring) {
    const directory = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
    const files = readdirSync(directory, { recursive: true }).map(String);
    for (const file of files.filter((name) => name.endsWith('.js')).sort())
      hash.update(file).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
