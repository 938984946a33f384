// Builds what a checkout runs. esbuild transpiles each TypeScript file to a file of its own in dist/ (a module keeps its path, so
// workers are found beside their owners and a stack trace names the source), then dist/src/web/bundle/run.js bundles the capture
// component. Types are checked by `npm run typecheck`, not here. It is JavaScript because it runs before anything is built.
//   node src/build.mjs   builds the server, the component, the tests and the benches, each where it is out of date
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

/**
 * Files that decide how everything is built, besides the sources. Their content counts, not their time: `npm ci` rewrites none of
 * them.
 */
const common = ['package.json', 'package-lock.json', 'tsconfig.json', 'src/build.mjs'];

/**
 * Libraries of several hundred small modules each. They are bundled into one file each below dist/src/libraries, which the
 * transpiled sources import instead: Node loads them in a tenth of the time, in the main thread and in each worker.
 */
const bundledLibraries = ['typebox', 'typebox/compile', 'typebox/value', 'kysely', 'oidc-provider', 'jose'];

/**
 * What can be built. `mark` is a file below dist/ with the fingerprint of the sources of the last finished build and, on further
 * lines, the sources outside the part's folders. A build removes it first and writes it last, so that an interrupted one is
 * repeated.
 */
const parts = {
  server: { name: 'the server', mark: '.server', folders: ['src'], build: buildServer },
  component: {
    name: 'the capture component',
    mark: 'web/.component',
    folders: ['src/web'],
    files: ['src/tsconfig.browser.json', 'models/manifest.json', 'LICENSE'],
    // What they import from other folders counts as well.
    entries: ['src/web/component/index.ts', 'src/web/try/try.ts', 'src/web/bundle/run.ts'],
    build: bundleComponent,
  },
  tests: { name: 'the tests, benches and tools', mark: '.tests', folders: ['test', 'bench', 'tools'], build: transpile },
};

/** Thrown when a part is out of date and cannot be built. `message` is for the user. */
export class BuildError extends Error {
  name = 'BuildError';
}

/**
 * Builds the parts that are out of date, announcing each. Takes some 10 ms if nothing is out of date.
 * @param {(keyof typeof parts)[]} names
 * @param {(text: string) => void} print called with lines about the progress (default: they go to stderr)
 * @throws {BuildError} when esbuild is not installed, or a source does not compile
 */
export async function buildStale(names, print = console.error) {
  for (const name of names) {
    const part = parts[name];
    // An image is built without tests.
    if (part.folders.every((folder) => !existsSync(join(root, folder)))) continue;
    const mark = join(dist, part.mark);
    const [before, ...imported] = existsSync(mark) ? readFileSync(mark, 'utf8').split('\n') : [];
    if (before !== undefined && before === fingerprintSources(part, imported)) continue;
    if (!isInstalled('esbuild')) {
      const why = before ? 'is older than its sources' : 'has not been built';
      throw new BuildError(`${part.name} ${why}, and esbuild, which builds it, is not installed. Run \`npm ci\` first.`);
    }
    print(`Building ${part.name}…`);
    const startedAt = performance.now();
    rmSync(mark, { force: true });
    // Taken before the build: a source that changes meanwhile is built again the next time.
    const inputs = part.entries ? await listImports(part) : [];
    const fingerprint = fingerprintSources(part, inputs);
    await part.build(part);
    mkdirSync(dirname(mark), { recursive: true });
    writeAtomically(mark, [fingerprint, ...inputs].join('\n'));
    print(`Built ${part.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
}

/**
 * Path, size and time of every source, and the content of `common`, as a hash: a file that was removed or put back changes it
 * too.
 * @param {string[]} imported sources outside the part's folders
 */
function fingerprintSources({ folders, files = [] }, imported) {
  const hash = createHash('sha256');
  for (const path of [...common, ...files].map((name) => join(root, name))) if (existsSync(path)) hash.update(readFileSync(path));
  for (const path of [...folders.flatMap(listFiles), ...imported]) {
    const { size, mtimeMs } = statSync(join(root, path), { throwIfNoEntry: false }) ?? { size: -1, mtimeMs: -1 };
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

/**
 * @returns {Promise<string[]>} what the entries of a part import from outside its folders, directly or not, as esbuild finds it
 */
async function listImports({ entries, folders }) {
  const { metafile } = await runEsbuild({
    entryPoints: entries,
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    external: ['./idlive-face-capture.js'],
    metafile: true,
  });
  return Object.keys(metafile.inputs)
    .filter((path) => !folders.some((folder) => path.startsWith(`${folder}/`)))
    .sort();
}

/** The bundled libraries are built first: nothing may import a file that is not there yet. dist/packages.json is for the SBOM of the image. */
async function buildServer(part) {
  const { outputFiles, metafile } = await runEsbuild({
    entryPoints: Object.fromEntries(bundledLibraries.map((name) => [libraryFile(name), name])),
    outdir: 'dist/src/libraries',
    bundle: true,
    metafile: true,
    // What two entries have in common stays one module.
    splitting: true,
    chunkNames: '[name]-[hash]',
    legalComments: 'eof',
    // CommonJS modules among them require Node's own.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
  await transpile(part, outputFiles);
  const { listBundledPackages } = await import(pathToFileURL(join(dist, 'src/web/bundle/bundled-packages.js')).href);
  writeAtomically(join(dist, 'packages.json'), JSON.stringify(listBundledPackages(root, metafile.outputs), null, 2));
}

/** Transpiles a part's TypeScript into dist/, and removes what earlier builds left there of sources that are gone. */
async function transpile({ folders }, libraries = []) {
  const sources = folders.flatMap(listFiles).filter((path) => /(?<!\.d|\.assembly)\.ts$/.test(path));
  const { outputFiles } = await runEsbuild({
    entryPoints: sources,
    outdir: 'dist',
    outbase: '.',
    sourcemap: true,
    sourcesContent: false,
    // Nothing is bundled, but only then does esbuild ask plugins about imports.
    bundle: true,
    treeShaking: false,
    plugins: [importLibraries],
  });
  const outputs = [...libraries, ...outputFiles];
  for (const { path, contents } of outputs) {
    mkdirSync(dirname(path), { recursive: true });
    writeAtomically(path, contents);
  }
  const wanted = new Set(outputs.map(({ path }) => path));
  for (const path of folders.flatMap((folder) => listFiles(join('dist', folder))).map((name) => join(root, name)))
    if (!wanted.has(path)) rmSync(path);
}

/** @returns {Promise<import('esbuild').BuildResult>} with the files, not yet written */
async function runEsbuild(options) {
  const { build } = await import('esbuild');
  try {
    return await build({
      absWorkingDir: root,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      charset: 'utf8',
      logLevel: 'warning',
      write: false,
      ...options,
    });
  } catch {
    // esbuild has printed where and why.
    throw new BuildError('the build failed; see the messages above');
  }
}

/** Name of a library's bundle, without the ending. */
const libraryFile = (name) => name.replaceAll('/', '-');

/** An esbuild plugin: every import stays as it is, except that a bundled library is imported from its bundle. */
const importLibraries = {
  name: 'import-libraries',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path, importer }) => {
      if (kind === 'entry-point') return undefined;
      if (!bundledLibraries.includes(path)) return { path, external: true };
      const output = join(dist, relative(root, importer));
      const bundle = relative(dirname(output), join(dist, 'src/libraries', `${libraryFile(path)}.js`)).replaceAll('\\', '/');
      return { path: bundle.startsWith('.') ? bundle : `./${bundle}`, external: true };
    });
  },
};

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
