import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { findInstallation } from '../../base/installation.js';
import { writeAtomically } from '../../base/write-atomically.js';
import { nameModels, nameRuntime } from './asset-names.js';
import { bundleComponent, bundlePage, readPageFile } from './bundle-component.js';
import { listBundledPackages } from './bundled-packages.js';
import { packageName, packPackage, reexport, secondModuleName } from './pack-package.js';

// Run by build.mjs: writes dist/web/site, which holds everything served for the component except the models.
const root = findInstallation();
const site = join(root, 'dist/web/site');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/**
 * Compresses a large file with Brotli at build time, so that the server never has to compress. Quality 5 makes the WebAssembly
 * 2.8 MB in 1.2 s; 9 would make it 2.7 MB in 8.7 s.
 */
const compress = (bytes: Uint8Array): Uint8Array =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });

const runtime = nameRuntime();
const component = await bundleComponent(root, version, runtime, await nameModels());
const page = await bundlePage(root);
const files: Record<string, Uint8Array> = {
  'idlive-face-capture.js': component.contents,
  'idlive-face-capture.js.br': compress(component.contents),
  [secondModuleName]: Buffer.from(reexport('idlive-face-capture.js')),
  [`${packageName}.tgz`]: await packPackage(root, version, component.contents),
  'try.js': page.contents,
  'try.css': await readPageFile(root, 'try.css'),
  'index.html': await readPageFile(root, 'index.html'),
};
// Named by its content hash: an existing file is up to date, which saves seconds of compression.
// In compressed form alone, since the other one has 14 MB: the server decompresses it for clients that do not accept Brotli.
const compressedRuntime = `${runtime.name}.br`;
if (!existsSync(join(site, compressedRuntime))) files[compressedRuntime] = compress(await readFile(runtime.source));
await mkdir(site, { recursive: true });
for (const [name, bytes] of Object.entries(files)) await writeAtomically(join(site, name), bytes);
const wanted = new Set([...Object.keys(files), compressedRuntime]);
for (const name of await readdir(site)) if (!wanted.has(name) && !name.startsWith('.')) await rm(join(site, name));
// Outside of what is served: the list is for the SBOM of the image.
const packages = listBundledPackages(root, {
  'dist/web/site/idlive-face-capture.js': component,
  'dist/web/site/try.js': page,
  [`dist/web/site/${compressedRuntime}`]: { inputs: { [runtime.source]: { bytesInOutput: Number.POSITIVE_INFINITY } } },
});
await writeAtomically(join(root, 'dist/web/packages.json'), Buffer.from(JSON.stringify(packages, null, 2)));
