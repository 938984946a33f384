import { median, ramp } from '../../base/statistics.js';
import type { Signal } from '../signal.js';

/** Intervals from which on the jitter says something. */
const fewest = 15;

/** ms between what two events of the page call the same moment. */
const slack = 1000;

/**
 * When the video frames came. A camera's clock, its transport and the browser's threads leave some jitter; a timer in the same process
 * leaves less (Chromium's file-fed camera: 0.1 ms, no more than the clock's own resolution), though its pattern generator leaves 0.5 ms:
 * this signal sees some fakes, not all. Irregular beyond reason, out of order, or faster than the track's rate: made up.
 */
export const judgeFrameTiming: Signal = ({ header: { timing, camera, frames, photo } }) => {
  const { frameTimes, frameClock, openedAt, capturedAt } = timing;
  const intervals = frameTimes.slice(1).map((time, i) => time - frameTimes[i]!);
  const middle = median(intervals);
  // The median of the deviations, as a standard deviation: a single hiccup does not hide a clockwork.
  const jitter = 1.4826 * median(intervals.map((interval) => Math.abs(interval - middle)));
  const backwards = intervals.filter((interval) => interval < 0).length;
  const rate = middle > 0 ? 1000 / middle : 0;
  const told = camera.settings.frameRate ?? 0;
  const isTold = intervals.length >= fewest && frameClock !== 'none';
  const outside = [photo, ...frames].filter(({ at }) => at < openedAt - slack || at > capturedAt + slack).length;
  const suspicions = {
    clockwork: isTold ? ramp(jitter, 0.2, 0.12) : 0,
    erratic: isTold && middle > 0 ? ramp(jitter / middle, 0.6, 1.2) : 0,
    tooFast: isTold && told > 0 ? ramp(rate / told, 1.5, 2) : 0,
    tooSlow: isTold && told > 0 ? ramp(rate / told, 0.2, 0.1) : 0,
    disorder: backwards > 0 || outside > 0 || capturedAt < openedAt ? 1 : 0,
    missing: frameClock !== 'none' && intervals.length < 5 ? 1 : 0,
  };
  return {
    suspicion: Math.max(...Object.values(suspicions)),
    evidence: {
      intervals: intervals.length,
      medianMs: middle,
      jitterMs: jitter,
      toldRate: told,
      backwards,
      outside,
      openMs: capturedAt - openedAt,
    },
  };
};
