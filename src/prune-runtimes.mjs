// onnxruntime-node carries the libraries of five platforms in one package (288 MB), and npm installs all of them. This removes
// those of the other platforms, for the image and for installations where space matters. `npm ci` brings them back.
//   node src/prune-runtimes.mjs
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** The folders `bin/napi-v<n>/<platform>/<architecture>` of other platforms; none if this platform's is missing. */
function listForeignRuntimes() {
  // resolves to <package>/dist/index.js
  const versions = listFolders(join(dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node'))), 'bin'));
  const runtimes = versions.flatMap(listFolders).flatMap(listFolders);
  const isOurs = (folder) => basename(folder) === process.arch && basename(dirname(folder)) === process.platform;
  return runtimes.some(isOurs) ? runtimes.filter((folder) => !isOurs(folder)) : [];
}

const listFolders = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));

for (const folder of listForeignRuntimes()) rmSync(folder, { recursive: true });
