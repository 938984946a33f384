import type { FaceDetection } from '../../inference/models/face-detection.js';
import { CustomQuality } from './custom-quality.js';
import type { FaceDetails } from './face-details.js';
import type { FaceFinder } from './face-finder.js';
import { FaceQualityMeter } from './face-quality.js';
import type { FreshFrames } from './fresh-frames.js';
import { guideInPicture, type Size } from './guide.js';
import { judge, mainFace } from './hints.js';
import type { CustomQualityFunction, Hint } from './public-api.js';
import type { Checks } from './settings.js';

/** Pause after each look, in ms: leaves a slow phone half of its time. */
const pause = 110;
/** Consecutive good looks needed before the photo is taken: about a second. */
const enough = 6;

/** Result of one look at the preview. */
export interface Look {
  readonly faces: readonly FaceDetection[];
  readonly main: FaceDetection | undefined;
  /** most important first */
  readonly hints: readonly Hint[];
  /** shown in place of the first hint's text */
  readonly text?: string;
  /** consecutive good looks over those needed, 0..1 */
  readonly progress: number;
}

/** Analyses the preview repeatedly. Resolves once aborted. @throws Error if the detector fails */
export async function watchFace(
  video: HTMLVideoElement,
  finder: FaceFinder,
  {
    frames,
    checks,
    details,
    customQuality,
    isPaused,
    stageSize,
    ovalSize,
    signal,
    onLook,
  }: {
    frames: FreshFrames;
    /** undefined if no check needs them */
    details: () => Promise<FaceDetails | undefined>;
    checks: () => Checks;
    /** the page's own check */
    customQuality: () => CustomQualityFunction | undefined;
    isPaused: () => boolean;
    stageSize: () => Size;
    /** of the oval, over its usual size */
    ovalSize: () => number;
    signal: AbortSignal;
    onLook: (look: Look) => void;
  },
): Promise<void> {
  const meter = new FaceQualityMeter();
  const custom = new CustomQuality(customQuality);
  let good = 0;
  let analysed = 0;
  while (!signal.aborted) {
    const { presented } = frames;
    // A frame is analysed once: a frozen preview would otherwise count as a face that holds still.
    if (!frames.isFresh) good = 0;
    // Paused while a photo is taken: looking would cost frames.
    else if (!isPaused() && presented !== analysed) {
      analysed = presented;
      const size = sizeOf(video);
      const faces = await finder.find(video);
      if (signal.aborted) return;
      // The boxes are in pixels of another picture if the phone was turned.
      if (sizeOf(video) !== size) {
        good = 0;
        continue;
      }
      const main = mainFace(faces);
      const guide = guideInPicture({ width: video.videoWidth, height: video.videoHeight }, stageSize(), ovalSize());
      const quality = main ? { quality: meter.measure(video, main.box) } : {};
      const measured = main ? await (await details())?.measure(video, main.box) : {};
      const verdict = await custom.judge(video, faces, judge({ faces, ...quality, ...measured }, guide, checks()));
      if (signal.aborted) return;
      good = verdict.hints.length === 0 ? good + 1 : 0;
      if (frames.isFresh) onLook({ faces, main, ...verdict, progress: Math.min(1, good / enough) });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const sizeOf = ({ videoWidth, videoHeight }: HTMLVideoElement): string => `${videoWidth}×${videoHeight}`;
