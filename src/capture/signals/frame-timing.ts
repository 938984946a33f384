import { median, ramp } from '../../base/statistics.js';
import type { Signal } from '../signal.js';
import { measureStall } from '../stall.js';

/** Minimum number of intervals for a meaningful jitter. */
const fewest = 15;

/** Tolerance in ms between the times of two events of the same moment. */
const slack = 1000;
/** ms after the photo in which the frames of the closer mode are taken. */
const longestApproach = 30_000;

/**
 * The times of the video frames. A camera's clock, its transport and the browser's threads cause some jitter. A timer in the same
 * process causes less (Chromium's file-fed camera: 0.1 ms, the resolution of the clock), but Chromium's pattern generator causes
 * 0.5 ms, so this signal detects only some virtual cameras. Times that are very irregular, out of order, or faster than the
 * track's rate are forged.
 */
export const judgeFrameTiming: Signal = ({ header }) => {
  const { timing, camera, frames, photo } = header;
  const { frameTimes, frameClock, openedAt, capturedAt } = timing;
  const intervals = frameTimes.slice(1).map((time, i) => time - frameTimes[i]!);
  const middle = median(intervals);
  // The median absolute deviation, scaled to a standard deviation: a single delayed frame does not hide an artificial clock.
  const jitter = 1.4826 * median(intervals.map((interval) => Math.abs(interval - middle)));
  const backwards = intervals.filter((interval) => interval < 0).length;
  const rate = middle > 0 ? 1000 / middle : 0;
  const told = camera.settings.frameRate ?? 0;
  const isTold = intervals.length >= fewest && frameClock !== 'none';
  const [approach, others] = [frames.filter(({ kind }) => kind === 'closer'), frames.filter(({ kind }) => kind !== 'closer')];
  const outside = [
    ...[photo, ...others].filter(({ at }) => at < openedAt - slack || at > capturedAt + slack),
    ...approach.filter(({ at }) => at < photo.at - slack || at > capturedAt + longestApproach),
  ].length;
  const stall = measureStall(header);
  const forgeries = {
    clockwork: isTold ? ramp(jitter, 0.2, 0.12) : 0,
    tooFast: isTold && told > 0 ? ramp(rate / told, 1.5, 2) : 0,
    disorder: backwards > 0 || outside > 0 || capturedAt < openedAt ? 1 : 0,
  };
  const stalls = {
    erratic: isTold && middle > 0 ? ramp(jitter / middle, 0.6, 1.2) : 0,
    tooSlow: isTold && told > 0 ? ramp(rate / told, 0.2, 0.1) : 0,
    missing: frameClock !== 'none' && intervals.length < 5 ? 1 : 0,
  };
  return {
    suspicion: Math.max(...Object.values(forgeries), ...Object.values(stalls)),
    ifStalled: Math.max(...Object.values(forgeries)),
    evidence: {
      intervals: intervals.length,
      medianMs: middle,
      jitterMs: jitter,
      toldRate: told,
      backwards,
      outside,
      openMs: capturedAt - openedAt,
      newFrames: stall.newFrames,
      longestGapMs: stall.longestGapMs,
    },
  };
};
