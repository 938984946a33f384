import { findModelManifest } from '../../src/base/installation.js';
import { loadModelManifest } from '../../src/inference/prepare/manifest.js';

/** The name of the shipped recognition model, which enrolments carry. @see src/analysis/engine.ts */
export async function nameRecognitionModel(): Promise<string> {
  const { models } = await loadModelManifest(findModelManifest());
  return `shipped-${models.find(({ key }) => key === 'face-embedding')!.sha256.slice(0, 12)}`;
}
