import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation } from '../src/base/installation.js';
import { group, replay, selfie } from './fixtures/pictures.js';

// `npm run samples`: pictures for the README's curl calls, made from photographs in an npm package (test/fixtures/manifest.json).
const directory = join(findInstallation(), 'samples');
mkdirSync(directory, { recursive: true });
for (const [name, picture] of Object.entries({
  'selfie.jpg': await selfie(),
  'replay.jpg': await replay(),
  'group.jpg': group(),
})) {
  writeFileSync(join(directory, name), picture);
  console.log(join('samples', name));
}
