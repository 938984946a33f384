/**
 * What each signal of a capture packet weighs by default: how much of the capture score full suspicion costs. The score begins at 1 and
 * below 0 the packet is refused, so that more than 1 refuses by itself. Set by hand, not learned: see docs/capture.md.
 */
const weights = Object.freeze({
  /** older or newer than it may be */
  freshness: 10,
  /** its nonce was seen before */
  replay: 10,
  /** the photo is not the one that was hashed, or not the selfie that came with it */
  integrity: 10,
  /** a known virtual camera */
  'camera-label': 1.5,
  /** video frames too regular, too irregular, out of order */
  'frame-timing': 0.8,
  /** the frames do not move, or repeat */
  'frame-motion': 1.5,
  /** no noise of a sensor, or one that is not independent in time */
  'sensor-noise': 0.8,
  /** the browser is driven by a program */
  automation: 1.5,
  /** the JPEG was not written by a browser's canvas */
  encoding: 0.8,
  /** photo, track and frames disagree on their size */
  resolution: 1.2,
  /** the photo does not show what the frames show */
  scene: 1.5,
  /** insecure or hidden page, page in a frame */
  page: 0.3,
});

/** One thing about a packet that may be suspicious. */
export type CaptureSignalName = keyof typeof weights;

/** Every signal, in the order they are told. */
export const captureSignalNames = Object.keys(weights) as CaptureSignalName[];

/** What an account chose of it; a weight of 0 switches a signal off. */
export interface CaptureChoice {
  /** capture scores below it are refused (default 0) */
  readonly threshold?: number;
  readonly weights?: Partial<Record<CaptureSignalName, number>>;
}

/** By what a capture is judged. */
export interface CapturePolicy {
  readonly threshold: number;
  readonly weights: Readonly<Record<CaptureSignalName, number>>;
  /** tells the numbers, for example `capture-1`, or `capture-1+camera-label=0` */
  readonly version: string;
}

/** The revision of the defaults: raised when one of them changes. */
const revision = 1;
const defaultThreshold = 0;

/** The defaults, and over them an account's own numbers. */
export function resolveCapturePolicy({ threshold = defaultThreshold, weights: own = {} }: CaptureChoice = {}): CapturePolicy {
  const differing = captureSignalNames.filter((name) => own[name] !== undefined && own[name] !== weights[name]);
  const suffixes = [
    ...(threshold === defaultThreshold ? [] : [`+threshold=${threshold}`]),
    ...differing.map((name) => `+${name}=${own[name]}`),
  ];
  return Object.freeze({
    threshold,
    weights: Object.freeze({ ...weights, ...own }),
    version: `capture-${revision}${suffixes.join('')}`,
  });
}
