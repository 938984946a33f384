import { FaceDetails } from './face-details.js';
import { FaceFinder } from './face-finder.js';
import type { CaptureSettings } from './settings.js';

/** The networks that an element needs by its settings. */
export class Detectors {
  private loading: Promise<FaceDetails | undefined> | undefined;

  constructor(private readonly settings: () => CaptureSettings) {}

  /** Loads the face detector. @throws Error if it cannot be loaded; a later call tries again */
  finder(): Promise<FaceFinder> {
    return FaceFinder.load(this.settings().sdkPath);
  }

  /** Loads the networks of eyes and mouth. @returns undefined if no check needs them, or they cannot be loaded: the server checks */
  async details(): Promise<FaceDetails | undefined> {
    const { checks, sdkPath } = this.settings();
    if (!checks.eyes && !checks.mouth) return undefined;
    this.loading ??= FaceDetails.load(sdkPath).catch(() => undefined);
    return this.loading;
  }
}
