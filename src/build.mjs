// Builds what a checkout runs. esbuild transpiles each TypeScript file to a file of its own in dist/ (a module keeps its path, so workers
// are found beside their owners and a stack trace names the source), then dist/src/web/bundle/run.js bundles the capture component.
// Types are checked by `npm run typecheck`, not here. It is JavaScript because it runs before anything is built.
//   node src/build.mjs   builds the server, the component, the tests and the benches, each where it is out of date
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

/** Files that decide how everything is built, besides the sources. Their content counts, not their time: `npm ci` rewrites none of them. */
const common = ['package.json', 'package-lock.json', 'tsconfig.json', 'src/build.mjs'];

/**
 * Libraries of several hundred small modules each. They are bundled into one file each below dist/src/libraries, which the transpiled
 * sources import instead: Node loads them in a tenth of the time, in the main thread and in each worker.
 */
const bundledLibraries = ['typebox', 'typebox/compile', 'typebox/value', 'kysely', 'oidc-provider', 'jose'];

/**
 * What can be built. `mark` is a file below dist/ that holds the fingerprint of the sources of the last finished build; a build removes
 * it first and writes it last, so that an interrupted one is repeated.
 */
const parts = {
  server: { name: 'the server', mark: '.server', folders: ['src'], build: buildServer },
  component: {
    name: 'the capture component',
    mark: 'web/.component',
    folders: ['src/web', 'src/base', 'src/capture', 'src/imaging', 'src/inference'],
    files: ['src/tsconfig.browser.json', 'models/manifest.json', 'LICENSE'],
    build: bundleComponent,
  },
  tests: { name: 'the tests and benches', mark: '.tests', folders: ['test', 'bench'], build: transpile },
};

/** Thrown when a part is out of date and cannot be built. `message` is for the user. */
export class BuildError extends Error {
  name = 'BuildError';
}

/**
 * Builds the parts that are out of date, announcing each on stderr. Takes about 10 ms if nothing is out of date.
 * @param {(keyof typeof parts)[]} names
 * @throws {BuildError} when esbuild is not installed, or a source does not compile
 */
export async function buildStale(names) {
  for (const name of names) {
    const part = parts[name];
    // An image is built without tests.
    if (part.folders.every((folder) => !existsSync(join(root, folder)))) continue;
    const mark = join(dist, part.mark);
    const fingerprint = fingerprintSources(part);
    if (existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint) continue;
    if (!isInstalled('esbuild')) {
      const why = existsSync(mark) ? 'is older than its sources' : 'has not been built';
      throw new BuildError(`${part.name} ${why}, and esbuild, which builds it, is not installed. Run \`npm ci\` first.`);
    }
    console.error(`Building ${part.name}…`);
    const startedAt = performance.now();
    rmSync(mark, { force: true });
    await part.build(part);
    mkdirSync(dirname(mark), { recursive: true });
    writeAtomically(mark, fingerprint);
    console.error(`Built ${part.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
}

/** Path, size and time of every source, and the content of `common`, as a hash: a file that was removed or put back changes it too. */
function fingerprintSources({ folders, files = [] }) {
  const hash = createHash('sha256');
  for (const path of [...common, ...files].map((name) => join(root, name))) if (existsSync(path)) hash.update(readFileSync(path));
  for (const path of folders.flatMap(listFiles)) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @returns {string[]} paths of the files in a folder of the installation and below it, relative to the installation, in order */
function listFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** The bundled libraries are built first: nothing may import a file that is not there yet. */
async function buildServer(part) {
  const libraries = await runEsbuild({
    entryPoints: Object.fromEntries(bundledLibraries.map((name) => [libraryFile(name), name])),
    outdir: 'dist/src/libraries',
    bundle: true,
    // What two entries have in common stays one module.
    splitting: true,
    chunkNames: '[name]-[hash]',
    legalComments: 'eof',
    // CommonJS modules among them require Node's own.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
  await transpile(part, libraries);
}

/** Transpiles a part's TypeScript into dist/, and removes what earlier builds left there of sources that are gone. */
async function transpile({ folders }, libraries = []) {
  const sources = folders.flatMap(listFiles).filter((path) => /(?<!\.d)\.ts$/.test(path));
  const transpiled = await runEsbuild({
    entryPoints: sources,
    outdir: 'dist',
    outbase: '.',
    sourcemap: true,
    sourcesContent: false,
  });
  const outputs = [...libraries, ...transpiled.map(importBundles)];
  for (const { path, contents } of outputs) {
    mkdirSync(dirname(path), { recursive: true });
    writeAtomically(path, contents);
  }
  const wanted = new Set(outputs.map(({ path }) => path));
  for (const path of folders.flatMap((folder) => listFiles(join('dist', folder))).map((name) => join(root, name)))
    if (!wanted.has(path)) rmSync(path);
}

/** @returns {Promise<{ path: string, contents: Uint8Array | string, text: string }[]>} the files, not yet written */
async function runEsbuild(options) {
  const { build } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      charset: 'utf8',
      logLevel: 'warning',
      write: false,
      ...options,
    });
    return outputFiles;
  } catch {
    // esbuild has printed where and why.
    throw new BuildError('the build failed; see the messages above');
  }
}

/** Name of a library's bundle, without the ending. */
const libraryFile = (name) => name.replaceAll('/', '-');

/** Replaces the imports of bundled libraries. Line and column of everything else stay as the source map has them. */
function importBundles({ path, text }) {
  if (!path.endsWith('.js')) return { path, contents: text };
  const contents = text.replace(/^((?:(?:import|export) .+|\}) from )"([^".][^"]*)";$/gm, (line, start, name) => {
    if (!bundledLibraries.includes(name)) return line;
    const bundle = relative(dirname(path), join(dist, 'src/libraries', `${libraryFile(name)}.js`)).replaceAll('\\', '/');
    return `${start}"${bundle.startsWith('.') ? bundle : `./${bundle}`}";`;
  });
  return { path, contents };
}

/** In a process of its own: what it runs has just been built, and may be older in this one. */
function bundleComponent() {
  if (!isInstalled('onnxruntime-web'))
    throw new BuildError('onnxruntime-web, a part of the capture component, is not installed. Run `npm ci` first.');
  const { status } = spawnSync(process.execPath, [join(dist, 'src/web/bundle/run.js')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new BuildError('the capture component could not be bundled; see the messages above');
}

/** A process that starts meanwhile sees the old file or the new one, never half of it. */
function writeAtomically(path, contents) {
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
}

function isInstalled(name) {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildStale(['server', 'component', 'tests']);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`triface: ${error.message}`);
    process.exitCode = 1;
  }
}
