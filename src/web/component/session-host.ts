import type { FaceDetection } from '../../inference/models/face-detection.js';
import type { CaptureError } from './capture-error.js';
import type { EncryptionKey } from './encryption-key.js';
import type { FaceDetails } from './face-details.js';
import type { FaceFinder } from './face-finder.js';
import type { CaptureResult, CustomQualityFunction, Hint } from './public-api.js';
import type { CaptureSettings } from './settings.js';
import type { Texts } from './texts.js';
import type { View } from './view.js';

/** What a session needs from the element, and the events that it reports to it. */
export interface SessionHost {
  readonly view: View;
  settings(): CaptureSettings;
  texts(): Texts;
  externalMeta(): string;
  key(): Promise<EncryptionKey>;
  finder(): Promise<FaceFinder>;
  /** undefined if no check needs them */
  details(): Promise<FaceDetails | undefined>;
  customQuality(): CustomQualityFunction | undefined;
  onOpen(): void;
  onLook(faces: readonly FaceDetection[], hints: readonly Hint[]): void;
  onHint(text: string): void;
  onBeforeCapture(): void;
  onCapture(result: CaptureResult): void;
  onFault(error: CaptureError): void;
}
