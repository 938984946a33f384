import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders whose code decides what is measured on a picture. */
const measuring = ['analysis', 'base', 'imaging', 'inference'];

/**
 * Sixteen hexadecimal digits that change whenever a measurement might: with the models' manifest, with the code that feeds and reads
 * them (the version alone would not tell during development), and with what the caller adds.
 */
export function fingerprintEngine(manifest: string, more: readonly string[]): string {
  const hash = createHash('sha256').update(readFileSync(manifest)).update(JSON.stringify(more));
  for (const folder of measuring) {
    const directory = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
    const files = readdirSync(directory, { recursive: true }).map(String);
    for (const file of files.filter((name) => name.endsWith('.js')).sort())
      hash.update(file).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
