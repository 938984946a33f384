// Removes from node_modules what a server never loads, for the image and for installations where space matters: libraries of other
// platforms (onnxruntime-node brings those of five, npm installs libsql for both C libraries of Linux), and what packages publish for
// their developers: type declarations, source maps, tests, manuals. Licences stay. `npm ci` brings everything back.
//   npm prune --omit=dev && node src/prune-modules.mjs
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');

const listFolders = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []))
    : [];

/** The packages in a folder `node_modules`, and those that they brought along. */
const listPackages = (folder) =>
  listFolders(folder)
    .flatMap((path) => (basename(path).startsWith('@') ? listFolders(path) : [path]))
    .flatMap((path) => [path, ...listPackages(join(path, 'node_modules'))]);

/** All folders but this platform's. None if that one is missing, since the list is then not what it is taken for. */
const listForeign = (folders, isOurs) => (folders.some(isOurs) ? folders.filter((folder) => !isOurs(folder)) : []);

/** `bin/napi-v<n>/<platform>/<architecture>` */
function listForeignRuntimes() {
  const runtimes = listFolders(join(modules, 'onnxruntime-node/bin')).flatMap(listFolders).flatMap(listFolders);
  return listForeign(runtimes, (path) => basename(path) === process.arch && basename(dirname(path)) === process.platform);
}

/** `@libsql/<platform>-<architecture>`, on Linux with `-gnu` or `-musl`. @libsql has other packages, too. */
function listForeignDatabases() {
  const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
  const suffix = process.platform === 'linux' ? (isGlibc ? '-gnu' : '-musl') : '';
  const databases = listFolders(join(modules, '@libsql')).filter((path) => existsSync(join(path, 'index.node')));
  return listForeign(databases, (path) => basename(path) === `${process.platform}-${process.arch}${suffix}`);
}

const developersFolder = /^(tests?|__tests__|spec|docs?|examples?|benchmarks?|bench|coverage|\.github|\.vscode|\.nyc_output)$/i;
const developersFile = /\.([cm]?ts|map|md|markdown|tsbuildinfo|flow)$/i;
const licence = /^(licen[cs]e|copying|copyright|notice|authors|third)/i;

/** Folders for developers at the top of a package, unless its package.json names one as what it offers. */
function listDevelopersFolders(path) {
  const { main, exports, bin, imports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const offered = JSON.stringify([main, exports, bin, imports]);
  return listFolders(path).filter(
    (folder) => developersFolder.test(basename(folder)) && !new RegExp(`["/]${basename(folder)}["/]`).test(offered),
  );
}

const packages = listPackages(modules).filter((path) => existsSync(join(path, 'package.json')));
const unwanted = [
  ...listForeignRuntimes(),
  ...listForeignDatabases(),
  // A tool with 19 MB of modules of its own, in a package that is needed for reading ONNX files.
  join(modules, 'protobufjs/cli'),
  ...packages.flatMap(listDevelopersFolders),
];
for (const path of unwanted) rmSync(path, { recursive: true, force: true });
for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true }))
  if (entry.isFile() && developersFile.test(entry.name) && !licence.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
