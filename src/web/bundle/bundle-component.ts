import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Asset, nameModels } from './asset-names.js';
import type { Outputs } from './bundled-packages.js';

/** Minimum browser versions: recent enough for private fields and other modern syntax to be shipped untranspiled. */
const target = ['chrome109', 'edge109', 'firefox115', 'safari16.4'];

/** A module, and the sources in it. */
export interface Bundle {
  readonly contents: Uint8Array;
  readonly inputs: Outputs[string]['inputs'];
}

/**
 * Bundles the component as one ES module. It includes onnxruntime's JavaScript, jose and their licences, but not the WebAssembly
 * and models.
 * @param root of the installation
 */
export async function bundleComponent(
  root: string,
  version: string,
  runtime: Asset,
  models: Awaited<ReturnType<typeof nameModels>>,
): Promise<Bundle> {
  return bundle(root, {
    entryPoints: [join(root, 'src/web/component/index.ts')],
    tsconfig: join(root, 'src/tsconfig.browser.json'),
    legalComments: 'eof',
    define: {
      __VERSION__: JSON.stringify(version),
      __RUNTIME_FILE__: JSON.stringify(runtime.name),
      __DETECTOR_FILE__: JSON.stringify(models.detector.name),
      __LANDMARKS_FILE__: JSON.stringify(models.landmarks.name),
      __EYES_FILE__: JSON.stringify(models.eyes.name),
      // onnxruntime's `new URL('….wasm', import.meta.url)` would make a page's bundler look for a file that is not in the
      // package.
      'import.meta.url': 'moduleUrl',
    },
    banner: { js: 'const moduleUrl = import.meta.url;' },
  });
}

/** Bundles the script of the try page. It imports the component from the same folder. */
export async function bundlePage(root: string): Promise<Bundle> {
  return bundle(root, {
    entryPoints: [join(root, 'src/web/try/try.ts')],
    tsconfig: join(root, 'src/tsconfig.browser.json'),
    external: ['./idlive-face-capture.js'],
  });
}

/** Reads a file of the try page that is served unchanged. */
export const readPageFile = (root: string, name: string): Promise<Uint8Array> => readFile(join(root, 'src/web/try', name));

async function bundle(root: string, options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    bundle: true,
    write: false,
    metafile: true,
    // To which the paths of the sources are relative.
    absWorkingDir: root,
    format: 'esm',
    platform: 'browser',
    target,
    minify: true,
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  });
  return { contents: outputFiles![0]!.contents, inputs: Object.values(metafile!.outputs)[0]!.inputs };
}
