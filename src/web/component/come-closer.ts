import { recordApproach } from './approach-recorder.js';
import { type ApproachStep, ovalSizes } from './approach-steps.js';
import type { FaceFinder } from './face-finder.js';
import type { RecordedFrame } from './frame-recorder.js';
import type { Texts } from './texts.js';
import type { View } from './view.js';

/** ms in which the oval grows: the speed at which the user is to come closer. */
const growth = 2500;

/** What asking the user needs. */
export interface CloserParts {
  readonly view: View;
  readonly finder: FaceFinder | undefined;
  readonly isSmall: boolean;
  readonly signal: AbortSignal;
  isFresh(): boolean;
  texts(): Texts;
  /** shows a text, and speaks it if the page wants sound; the same text again changes nothing */
  hint(text: string, isGood: boolean): void;
}

/**
 * Asks the user to come closer, in one smooth movement, and records it. The oval grows meanwhile; for users who prefer reduced motion it
 * has its final size at once. Texts change only with what is to be done, so that screen readers are not interrupted.
 * @returns the recorded frames; undefined if the user must start again, and has been told so, or if the session has ended
 */
export async function comeCloser({ view, texts, hint, ...parts }: CloserParts): Promise<RecordedFrame[] | undefined> {
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
    hint(said[step], step === 'closer' || step === 'complete');
  };
  say('closer');
  let noFaceSince = Number.POSITIVE_INFINITY;
  try {
    return await recordApproach({
      ...parts,
      video: view.video,
      onStep(step, progress) {
        // The detector misses a face now and then.
        noFaceSince = step === 'no-face' ? Math.min(noFaceSince, performance.now()) : Number.POSITIVE_INFINITY;
        if (step !== 'no-face' || performance.now() - noFaceSince > 700) say(step);
        view.showGood(step === 'closer' || step === 'complete', progress);
      },
    });
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
