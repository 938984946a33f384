import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The prepared models, with the package that each was made from, and the added packs.
 * @param {string} folder `models` of the installation
 * @returns {object[]} CycloneDX components
 * @throws Error if a file is missing or is not the one that the manifest or the pack names
 */
export function listModels(folder) {
  const { models } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return [...models.map((model) => describeModel(folder, model)), ...listPacks(join(folder, 'packs'))];
}

function describeModel(folder, { key, file, job, sha256, licence, source }) {
  return {
    type: 'machine-learning-model',
    'bom-ref': `model:${key}`,
    name: key,
    version: source.version,
    description: job,
    hashes: [hash(folder, file, sha256)],
    licenses: [{ license: { name: licence } }],
    pedigree: {
      ancestors: [describeSource(source)],
      notes: 'Prepared from the files of the package: models/manifest.json lists the steps.',
    },
    evidence: { occurrences: [{ location: `models/${file}` }] },
  };
}

/** The npm tarball, and the hashes of the files that are used of it. */
const describeSource = ({ package: name, version, integrity, files }) => ({
  type: 'library',
  name,
  version,
  purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') }],
  components: files.map(({ path, sha256 }) => ({ type: 'file', name: path, hashes: [{ alg: 'SHA-256', content: sha256 }] })),
});

/** Packs that were added, in `NAME@VERSION`. A folder `NAME` alone holds a description without weights. */
function listPacks(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.includes('@'))
    .map((name) => describePack(join(folder, name), `models/packs/${name}`));
}

function describePack(folder, location) {
  const { name, version, licence, origin, networks } = JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8'));
  return {
    type: 'machine-learning-model',
    'bom-ref': `pack:${name}@${version}`,
    name,
    version,
    description: origin,
    licenses: [{ license: { name: licence } }],
    components: networks.map(({ file, sha256 }) => ({
      type: 'file',
      'bom-ref': `pack:${name}@${version}#${file}`,
      name: file,
      hashes: [hash(folder, file, sha256)],
    })),
    evidence: { occurrences: [{ location }] },
  };
}

/** The hash of the file that is there. */
function hash(folder, file, wanted) {
  const content = createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex');
  if (content !== wanted) throw new Error(`${join(folder, file)} is not the file that its description names`);
  return { alg: 'SHA-256', content };
}
