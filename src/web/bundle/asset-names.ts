import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../../base/hash.js';
import { findInstallation, findModelManifest } from '../../base/installation.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';

/** Manifest keys of the component's networks. The detector is the smaller of the two and has a simple licence. */
const modelKeys = { detector: 'face-detector-blazeface', landmarks: 'face-landmarks', eyes: 'eye-state' } as const;

/**
 * A file that the component loads. Its name includes a content hash, so it can be cached forever and never mixes with another
 * build.
 */
export interface Asset {
  /** file name below `sdk_path` */
  readonly name: string;
  /** path of the file; for a model, relative to the folder of prepared models */
  readonly source: string;
}

/** The folder of the component as built by `npm run build`. */
export const findCaptureSite = (): string => join(findInstallation(), 'dist/web/site');

/** The component's networks. @throws Error if the model manifest does not list one of them */
export async function nameModels(): Promise<Record<keyof typeof modelKeys, Asset>> {
  const { models } = await loadModelManifest(findModelManifest());
  const name = (key: string): Asset => {
    const model = models.find((one) => one.key === key);
    if (!model) throw new Error(`the model manifest has no model ${key}`);
    return { name: `${key}.${model.sha256.slice(0, 12)}.onnx`, source: model.file };
  };
  return { detector: name(modelKeys.detector), landmarks: name(modelKeys.landmarks), eyes: name(modelKeys.eyes) };
}

/** onnxruntime's WebAssembly, in its smallest build (CPU only). Available only at build time. */
export function nameRuntime(): Asset {
  const file = 'ort-wasm-simd-threaded.wasm';
  const source = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  return { name: file.replace('.wasm', `.${sha256(readFileSync(source)).slice(0, 12)}.wasm`), source };
}
