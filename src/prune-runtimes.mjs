// onnxruntime-node carries the libraries of five platforms in one package (288 MB). npm installs all of them, and .npmrc keeps packages
// from running install scripts, so the first start removes those of the other platforms. `npm ci` brings them back.
//   node src/prune-runtimes.mjs
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Removes what cannot run here. An installation that this process may not change stays as it is. */
export function pruneRuntimes() {
  const folders = listForeignRuntimes();
  if (folders.length > 0) console.error("Removing onnxruntime-node's libraries for other platforms; `npm ci` brings them back.");
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true });
    } catch {
      // read-only, or another process removes it at the same time: nothing depends on it
    }
  }
}

/** The folders `bin/napi-v<n>/<platform>/<architecture>` of other machines. */
function listForeignRuntimes() {
  let versions;
  try {
    // resolves to <package>/dist/index.js
    versions = listFolders(join(dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node'))), 'bin'));
  } catch {
    return [];
  }
  const runtimes = versions.flatMap(listFolders).flatMap(listFolders);
  const isOurs = (folder) => basename(folder) === process.arch && basename(dirname(folder)) === process.platform;
  return runtimes.some(isOurs) ? runtimes.filter((folder) => !isOurs(folder)) : [];
}

const listFolders = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) pruneRuntimes();
