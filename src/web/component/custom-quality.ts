import type { FaceDetection } from '../../inference/models/face-detection.js';
import type { CustomQualityFunction, DetectedFace, Hint } from './public-api.js';
import { texts } from './texts.js';

/** Time within which the page's check must answer, in ms. */
const patience = 3000;
/** Characters of the page's own text that fit on the preview. */
const longestText = 120;

/** The hints for a frame after the page's check. */
export interface Verdict {
  /** most important first */
  readonly hints: readonly Hint[];
  /** the page's text for the user, if no hint of the element precedes it */
  readonly text?: string;
}

/** Calls the page's own check of frames (`setCustomQualityFunction()`), whatever it does. For one run of the camera. */
export class CustomQuality {
  private hung: CustomQualityFunction | undefined;
  private hasWarned = false;

  constructor(private readonly check: () => CustomQualityFunction | undefined) {}

  /**
   * Adds the page's verdict on the current frame to the element's own hints. Takes 3 s at most. A check that fails, answers
   * nonsense or does not answer adds nothing, and the console says so once; one that does not answer is not called again.
   */
  async judge(video: HTMLVideoElement, faces: readonly FaceDetection[], hints: readonly Hint[]): Promise<Verdict> {
    const check = this.check();
    if (!check || check === this.hung) return { hints };
    try {
      const { videoWidth: width, videoHeight: height } = video;
      // Copies, which the page may change.
      const frame = { video, width, height, faces: describeFaces(faces), hints: [...hints] };
      const answer = await settleWithin(Promise.resolve(check(frame)), patience);
      if (answer !== late) return merge(hints, answer);
      this.hung = check;
      this.warn(`no answer within ${patience} ms; it is not called again`);
    } catch (error) {
      this.warn(error);
    }
    return { hints };
  }

  private warn(reason: unknown): void {
    if (!this.hasWarned) console.warn('idlive-face-capture: the custom quality function is ignored:', reason);
    this.hasWarned = true;
  }
}

/** Faces as pages receive them. */
export const describeFaces = (faces: readonly FaceDetection[]): DetectedFace[] =>
  faces.map(({ box, score }) => ({ ...box, score }));

/** @throws TypeError if the answer is none of those that `QualityAnswer` allows */
function merge(hints: readonly Hint[], answer: unknown): Verdict {
  if (answer === true || answer === undefined || answer === null) return { hints };
  if (Array.isArray(answer) && answer.length <= knownHints.size && answer.every(isHint))
    return { hints: [...new Set([...hints, ...answer])] };
  if (isHint(answer)) return { hints: [...new Set([...hints, answer])] };
  if (answer !== false && typeof answer !== 'string')
    throw new TypeError('the answer is not a boolean, a text or a list of hints');
  const text = answer === false ? '' : answer.trim().slice(0, longestText);
  const isFirst = hints.length === 0 && text !== '';
  return { hints: [...new Set([...hints, 'QUALITY_NOT_ACCEPTED' as const])], ...(isFirst ? { text } : {}) };
}

const knownHints: ReadonlySet<unknown> = new Set(Object.keys(texts.en.hints));
const isHint = (value: unknown): value is Hint => knownHints.has(value);

const late = Symbol('late');

/** @returns what the promise settles with, or `late` after the time @param time ms */
async function settleWithin<T>(promise: Promise<T>, time: number): Promise<T | typeof late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), time);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
