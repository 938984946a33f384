/**
 * Capture score of a packet in which nothing is suspicious. Above 1, as the vendor's score of an honest capture is (1.105 on its
 * page), so that clients do not take it for a probability. Set by hand.
 */
export const fullScore = 1.1;

/**
 * Default weight of each signal of a capture packet: the part of the full capture score that full suspicion subtracts. A packet
 * whose score is below 0 is rejected, so a signal with a weight above 1 can reject on its own. Set by hand, not
 * learned: see docs/capture.md.
 */
const weights = Object.freeze({
  /** the packet is too old or from the future */
  freshness: 10,
  /** the nonce has been seen before */
  replay: 10,
  /** the photo does not match its hash, or the selfie sent with the packet */
  integrity: 10,
  /** a known virtual camera */
  'camera-label': 1.5,
  /** video frames are too regular, too irregular or out of order */
  'frame-timing': 0.8,
  /** the frames are still, or repeat */
  'frame-motion': 1.5,
  /** no sensor noise, or noise that is not independent over time */
  'sensor-noise': 0.8,
  /** the browser is controlled by an automation tool */
  automation: 1.5,
  /** the JPEG was not encoded by a browser's canvas */
  encoding: 0.8,
  /** the face that came closer is flat, or, where the policy demands it, did not come closer */
  perspective: 1.5,
  /** sizes of photo, video track and frames are inconsistent */
  resolution: 1.2,
  /** the photo does not show what the frames show */
  scene: 1.5,
  /** the page is insecure, hidden or embedded in a frame */
  page: 0.3,
});

/** A property of a packet that may be suspicious. */
export type CaptureSignalName = keyof typeof weights;

/** All signals, in the order in which they are reported. */
export const captureSignalNames = Object.keys(weights) as CaptureSignalName[];

/** An account's overrides. A weight of 0 disables a signal. */
export interface CaptureChoice {
  /** capture scores below it are rejected (default 0) */
  readonly threshold?: number;
  /** 1 (default): the motion of the face over the frames counts in the liveness score. 0: it is only measured */
  readonly motion?: number;
  /** 1: every packet must show that the face has depth, by the closer mode. 0 (default): it counts where the frames are sent */
  readonly closer?: number;
  readonly weights?: Partial<Record<CaptureSignalName, number>>;
}

/** The threshold, switches and weights that a capture is judged by. */
export interface CapturePolicy {
  readonly threshold: number;
  /** whether the motion of the face counts in the liveness score. Absent in scans of versions that did not measure it */
  readonly motion?: 0 | 1;
  /** whether every packet must show that the face has depth. Absent in scans of versions that did not measure it */
  readonly closer?: 0 | 1;
  readonly weights: Readonly<Record<CaptureSignalName, number>>;
  /** identifies the values, for example `capture-3` or `capture-3+camera-label=0` */
  readonly version: string;
}

/** Revision of the defaults; incremented when one of them, or the scale, changes. */
const revision = 3;
const defaultThreshold = 0;

/** Resolves the policy: the defaults, overridden by an account's own values. */
export function resolveCapturePolicy({
  threshold = defaultThreshold,
  motion = 1,
  closer = 0,
  weights: own = {},
}: CaptureChoice = {}): CapturePolicy {
  const differing = captureSignalNames.filter((name) => own[name] !== undefined && own[name] !== weights[name]);
  const suffixes = [
    ...(threshold === defaultThreshold ? [] : [`+threshold=${threshold}`]),
    ...(motion === 1 ? [] : [`+motion=${motion}`]),
    ...(closer === 0 ? [] : [`+closer=${closer}`]),
    ...differing.map((name) => `+${name}=${own[name]}`),
  ];
  return Object.freeze({
    threshold,
    motion: motion === 0 ? 0 : 1,
    closer: closer === 0 ? 0 : 1,
    weights: Object.freeze({ ...weights, ...own }),
    version: `capture-${revision}${suffixes.join('')}`,
  });
}
