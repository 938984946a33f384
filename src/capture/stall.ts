import type { CaptureEvidence, LumaFrame } from './signal.js';

/** Ms before the capture in which the frames are counted: as long as the component records. */
const watched = 2500;
/** Number of frames in that time below which a camera has stalled, and the longest gap between two, in ms. */
const [fewestFrames, longestGap] = [6, 2000];

/** What a packet's frame times say about the camera just before the capture. */
export interface Stall {
  /** frames that the camera delivered */
  readonly newFrames: number;
  /** ms of the longest time without a frame, up to the capture */
  readonly longestGapMs: number;
  /** whether the camera delivered too little to judge the capture; false if the frames' times are unknown or forged */
  readonly isStalled: boolean;
}

/** Measures whether the camera stalled. The times are the client's statements: a stall is an explanation, never a reason to accept. */
export function measureStall({ timing }: CaptureEvidence['header']): Stall {
  const { frameTimes, mediaTimes, frameClock, capturedAt, presentedFrames } = timing;
  const recent = frameTimes.flatMap((time, i) => (time >= capturedAt - watched ? [i] : []));
  // A frame that is presented again has the media time of the former one.
  const media = new Set(recent.map((i) => mediaTimes[i] ?? i));
  const newFrames = Math.min(media.size, presentedFrames ?? media.size);
  const last = frameTimes.at(-1);
  const times = [...frameTimes.slice(recent[0] === undefined ? -1 : Math.max(0, recent[0] - 1)), capturedAt];
  const longestGapMs = last === undefined ? 0 : Math.max(...times.slice(1).map((time, i) => time - times[i]!));
  // No camera delivers its frames in another order: such times are forged.
  const isRising = [...frameTimes, capturedAt].every((time, i, all) => i === 0 || time >= all[i - 1]!);
  const isKnown = frameClock !== 'none' && last !== undefined && isRising;
  return { newFrames, longestGapMs, isStalled: isKnown && (newFrames < fewestFrames || longestGapMs > longestGap) };
}

/**
 * The crops of frames that the camera delivered, without those of a frame that was still presented: frames of a stalled camera are
 * identical because they are the same frame, and those of a still picture although they are not.
 */
export function newCrops({ crops, header: { timing } }: Pick<CaptureEvidence, 'crops' | 'header'>): LumaFrame[] {
  const { mediaTimes, frameClock } = timing;
  if (frameClock === 'none') return [...crops];
  // The crops are of the last frames.
  const first = mediaTimes.length - crops.length;
  return crops.filter((_, i) => i === 0 || mediaTimes[first + i] !== mediaTimes[first + i - 1]);
}
