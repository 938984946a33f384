import { recordApproach } from './approach-recorder.js';
import { type ApproachStep, ovalSizes } from './approach-steps.js';
import type { RecordedFrame } from './frame-recorder.js';
import type { FreshFrames } from './fresh-frames.js';
import type { HintLine } from './hint-line.js';
import type { SessionHost } from './session-host.js';
import type { CaptureSettings } from './settings.js';
import type { Texts } from './texts.js';

/** ms in which the oval grows: the speed at which the user is to come closer. */
const growth = 2500;

/** Size of the oval before the photo, over its usual size. */
export const ovalSizeFor = ({ isCloser }: CaptureSettings): number => (isCloser ? ovalSizes.far : 1);

/** What the user is to do before the photo. */
export const placeFaceText = ({ placeFace, placeFaceFar }: Texts, { isCloser }: CaptureSettings): string =>
  isCloser ? placeFaceFar : placeFace;

/**
 * Asks the user to come closer, in one smooth movement, and records it. The oval grows meanwhile; for users who prefer reduced motion it
 * has its final size at once. Texts change only with what is to be done, so that screen readers are not interrupted.
 * @param feed the preview's frames
 * @returns the recorded frames; undefined if the user must start again, and has been told so, or if the session has ended
 */
export async function comeCloser(
  { view, texts, settings, finder }: Pick<SessionHost, 'view' | 'texts' | 'settings' | 'finder'>,
  feed: Pick<FreshFrames, 'isFresh'>,
  hint: HintLine,
  signal: AbortSignal,
): Promise<RecordedFrame[] | undefined> {
  const isReduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const stopGrowing = grow(isReduced ? 0 : growth, (size) => view.showOvalSize(size));
  const say = (step: ApproachStep): void => {
    const { hints, closer, closerLate, closerDone } = texts();
    const said: Record<ApproachStep, string> = {
      closer,
      back: hints.FACE_TOO_CLOSE,
      'no-face': hints.FACE_NOT_FOUND,
      late: closerLate,
      complete: closerDone,
    };
    hint.show(said[step], { isGood: step === 'closer' || step === 'complete' });
  };
  say('closer');
  let noFaceSince = Number.POSITIVE_INFINITY;
  try {
    const frames = await recordApproach({
      video: view.video,
      finder: await finder().catch(() => undefined),
      isSmall: settings().isSmall,
      signal,
      isFresh: () => feed.isFresh,
      onStep(step, progress) {
        // The detector misses a face now and then.
        noFaceSince = step === 'no-face' ? Math.min(noFaceSince, performance.now()) : Number.POSITIVE_INFINITY;
        if (step !== 'no-face' || performance.now() - noFaceSince > 700) say(step);
        view.showGood(step === 'closer' || step === 'complete', progress);
      },
    });
    if (!frames && !signal.aborted) say('late');
    return frames;
  } finally {
    stopGrowing();
    view.showOvalSize(ovalSizes.far);
  }
}

/** Lets the oval grow from the far to the near position. @returns a function that stops it */
function grow(ms: number, onSize: (size: number) => void): () => void {
  const startedAt = performance.now();
  let handle = 0;
  const next = (): void => {
    const part = ms === 0 ? 1 : Math.min(1, (performance.now() - startedAt) / ms);
    onSize(ovalSizes.far + (ovalSizes.near - ovalSizes.far) * part);
    if (part < 1) handle = requestAnimationFrame(next);
  };
  next();
  return () => cancelAnimationFrame(handle);
}
