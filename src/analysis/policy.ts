import type { CaptureChoice } from './capture-policy.js';

/** Numbers by which an observation becomes a verdict. The defaults are `presets.regular`. */
export interface Thresholds {
  /** bona fide from this liveness probability on, 0..1 */
  readonly liveness: number;
  /** a liveness score nearer to the threshold than this is uncertain, 0..1: the verdict stands, but says so */
  readonly uncertainty: number;
  /** lowest acceptable quality, 0..1 */
  readonly quality: number;
  /** another face counts when its height (its prominence, for recognition) is at least this part of the subject's; others are passers-by */
  readonly otherFace: number;
  /** lowest visible part of the face, 0..1 */
  readonly visible: number;
  /** greatest box width over picture width */
  readonly closeWidth: number;
  /** greatest box height over picture height */
  readonly closeHeight: number;
  /** least distance of the box from any border, as a part of the picture's width or height */
  readonly border: number;
  /** least eye distance, pixels */
  readonly eyeDistance: number;
  /** least box height over picture height */
  readonly relativeHeight: number;
  /** least box height over the geometric mean of the picture's sides: the same part of the picture's area, upright or lying */
  readonly relativeSize: number;
  /** greatest disagreement of the two landmark models, in eye distances, while the mouth looks uncovered */
  readonly landmarkDisagreement: number;
  /** greatest angles, degrees */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** greatest occlusion, 0..1 */
  readonly occlusion: number;
  /** mean luma of the face must lie within, 0..255 */
  readonly darkest: number;
  readonly brightest: number;
  /** where no face was found: the whole picture's mean luma must lie within, and its detail be at least this */
  readonly sceneDarkest: number;
  readonly sceneBrightest: number;
  readonly sceneDetail: number;
  /** two faces are one person's from this cosine of their templates on, 0..1 */
  readonly match: number;
}

/** Named sets of thresholds. */
export type PresetName = 'soft' | 'regular' | 'hard';

/**
 * `regular` was set on labelled pictures so that few bona fide selfies and webcam shots are refused for a condition; what it refuses and
 * misses stands in docs/accuracy.md. `soft` and `hard` lean to one side of it by hand: measure them on your own pictures before trusting them.
 */
const regular: Thresholds = Object.freeze({
  liveness: 0.5,
  uncertainty: 0.2,
  quality: 0.5,
  otherFace: 0.6,
  visible: 0.95,
  closeWidth: 0.75,
  closeHeight: 0.95,
  border: 0.005,
  eyeDistance: 22,
  relativeHeight: 0.15,
  relativeSize: 0.17,
  landmarkDisagreement: 0.35,
  yaw: 32,
  pitch: 26,
  roll: 40,
  occlusion: 0.9,
  darkest: 36,
  brightest: 234,
  sceneDarkest: 30,
  sceneBrightest: 225,
  sceneDetail: 0.0015,
  match: 0.35,
});
const softer: Partial<Thresholds> = {
  liveness: 0.3,
  quality: 0.3,
  yaw: 40,
  pitch: 32,
  roll: 50,
  occlusion: 0.97,
  eyeDistance: 18,
  relativeHeight: 0.1,
  relativeSize: 0.11,
  darkest: 28,
  brightest: 242,
};
const harder: Partial<Thresholds> = {
  liveness: 0.8,
  quality: 0.6,
  otherFace: 0.4,
  border: 0.02,
  eyeDistance: 40,
  relativeHeight: 0.2,
  relativeSize: 0.23,
  yaw: 25,
  pitch: 20,
  roll: 30,
  occlusion: 0.8,
  darkest: 45,
  brightest: 225,
};
const presets: Readonly<Record<PresetName, Partial<Thresholds>>> = { soft: softer, regular: {}, hard: harder };

/** Names of the presets, the mildest first. */
export const presetNames = Object.keys(presets) as PresetName[];

/** The revision of the presets: raised when any of their numbers changes, so that stored scans tell by which they were judged. */
const revision = 2;

/** What an account chose. */
export interface PolicyChoice {
  readonly preset: PresetName;
  /** numbers of its own, over the preset's */
  readonly thresholds: Partial<Thresholds>;
  /** of Liveness Plus */
  readonly capture?: CaptureChoice;
}

/** Thresholds with a name. */
export interface Policy extends Thresholds {
  /** tells the numbers in every stored scan, for example `regular-2`, or `hard-2+liveness=0.9` */
  readonly version: string;
}

/**
 * The thresholds that hold: the regular ones, over them the contract's own, over them the chosen preset's, over them the account's own.
 * @param contractDefaults what a vendor's clients expect, for example a liveness of 0.7
 */
export function resolvePolicy(
  choice: PolicyChoice = { preset: 'regular', thresholds: {} },
  contractDefaults: Partial<Thresholds> = {},
): Policy {
  const chosen = { ...contractDefaults, ...presets[choice.preset], ...choice.thresholds };
  const base: Thresholds = { ...regular, ...presets[choice.preset] };
  const differing = Object.entries(chosen).filter(([name, value]) => base[name as keyof Thresholds] !== value);
  const suffix = differing.sort(([p], [q]) => p.localeCompare(q)).map(([name, value]) => `+${name}=${value}`);
  return Object.freeze({ ...regular, ...chosen, version: `${choice.preset}-${revision}${suffix.join('')}` });
}

/** The default policy. */
export const regularPolicy: Policy = resolvePolicy();

/** Every threshold with its default. */
export const thresholdNames = Object.keys(regular) as (keyof Thresholds)[];
