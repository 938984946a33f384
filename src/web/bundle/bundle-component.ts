import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Asset, nameModels } from './asset-names.js';

/** What a page's browser must know: two years of it, so that private fields and top-level code go out as they were written. */
const target = ['chrome109', 'edge109', 'firefox115', 'safari16.4'];

/**
 * The component as one ES module, with onnxruntime's JavaScript, jose and their licences in it; without its WebAssembly and the models.
 * @param root of the installation
 */
export async function bundleComponent(
  root: string,
  version: string,
  runtime: Asset,
  models: Awaited<ReturnType<typeof nameModels>>,
): Promise<Uint8Array> {
  return bundle({
    entryPoints: [join(root, 'src/web/component/index.ts')],
    tsconfig: join(root, 'src/tsconfig.browser.json'),
    legalComments: 'eof',
    define: {
      __VERSION__: JSON.stringify(version),
      __RUNTIME_FILE__: JSON.stringify(runtime.name),
      __DETECTOR_FILE__: JSON.stringify(models.detector.name),
      __LANDMARKS_FILE__: JSON.stringify(models.landmarks.name),
      __EYES_FILE__: JSON.stringify(models.eyes.name),
      // onnxruntime's `new URL('….wasm', import.meta.url)` would have a page's own bundler look for a file that the package does not hold.
      'import.meta.url': 'moduleUrl',
    },
    banner: { js: 'const moduleUrl = import.meta.url;' },
  });
}

/** The script of the page for trying it out, which imports the component from beside it. */
export async function bundlePage(root: string): Promise<Uint8Array> {
  return bundle({
    entryPoints: [join(root, 'src/web/try/try.ts')],
    tsconfig: join(root, 'src/tsconfig.browser.json'),
    external: ['./idlive-face-capture.js'],
  });
}

/** A file of the page that is served as it is written. */
export const readPageFile = (root: string, name: string): Promise<Uint8Array> => readFile(join(root, 'src/web/try', name));

async function bundle(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target,
    minify: true,
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  });
  return outputFiles![0]!.contents;
}
