import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../../base/hash.js';
import { findInstallation, findModelManifest } from '../../base/installation.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';

/** Keys of the component's networks in the models' manifest. The detector is the smaller one of the two, under a plain licence. */
const modelKeys = { detector: 'face-detector-blazeface', landmarks: 'face-landmarks', eyes: 'eye-state' } as const;

/** A file that the component loads, named by its content, so that it can be kept for ever and never meets a component of another build. */
export interface Asset {
  /** name below `sdk_path` */
  readonly name: string;
  /** path of its content; of a model relative to the folder of prepared models */
  readonly source: string;
}

/** What `npm run build` made of the component. */
export const findCaptureSite = (): string => join(findInstallation(), 'dist/web/site');

/** The networks, as the manifest has them. */
export async function nameModels(): Promise<Record<keyof typeof modelKeys, Asset>> {
  const { models } = await loadModelManifest(findModelManifest());
  const name = (key: string): Asset => {
    const model = models.find((one) => one.key === key);
    if (!model) throw new Error(`the models' manifest has no ${key}`);
    return { name: `${key}.${model.sha256.slice(0, 12)}.onnx`, source: model.file };
  };
  return { detector: name(modelKeys.detector), landmarks: name(modelKeys.landmarks), eyes: name(modelKeys.eyes) };
}

/** onnxruntime's WebAssembly: the smallest of its builds, CPU only. At build time only. */
export function nameRuntime(): Asset {
  const file = 'ort-wasm-simd-threaded.wasm';
  const source = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  return { name: file.replace('.wasm', `.${sha256(readFileSync(source)).slice(0, 12)}.wasm`), source };
}
