import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256 } from '../../inference/prepare/hash.js';
import { findInstallation, findModelManifest } from '../../inference/prepare/installation.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';

/** Key of the component's face detector in the models' manifest: smaller than the first one, and under a plain licence. */
const detectorKey = 'face-detector-blazeface';

/** A file that the component loads, named by its content, so that it can be kept for ever and never meets a component of another build. */
export interface Asset {
  /** name below `sdk_path` */
  readonly name: string;
  /** path of its content; of the detector relative to the folder of prepared models */
  readonly source: string;
}

/** What `npm run build` made of the component. */
export const findCaptureSite = (): string => join(findInstallation(), 'dist/capture/site');

/** The face detector, as the manifest has it. */
export async function nameDetector(): Promise<Asset> {
  const { models } = await loadModelManifest(findModelManifest());
  const model = models.find(({ key }) => key === detectorKey);
  if (!model) throw new Error(`the models' manifest has no ${detectorKey}`);
  return { name: `${detectorKey}.${model.sha256.slice(0, 12)}.onnx`, source: model.file };
}

/** onnxruntime's WebAssembly: the smallest of its builds, CPU only. At build time only. */
export function nameRuntime(): Asset {
  const file = 'ort-wasm-simd-threaded.wasm';
  const source = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  return { name: file.replace('.wasm', `.${sha256(readFileSync(source)).slice(0, 12)}.wasm`), source };
}
