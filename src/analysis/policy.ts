import type { CaptureChoice } from './capture-policy.js';

/** The thresholds that turn an observation into a verdict. The defaults are `presets.regular`. */
export interface Thresholds {
  /** minimum liveness probability of a bona fide presentation, 0..1 */
  readonly liveness: number;
  /** a liveness score closer to the threshold than this, 0..1, marks the verdict as uncertain without changing it */
  readonly uncertainty: number;
  /**
   * minimum judgeability of the face, 0..1 (see judgeability.ts). Below it, only clear scores are decided: from `sureLive` on as
   * bona fide, below `sureAttack` as an attack; the finding of all others is `not-judgeable`. 0: every score is decided
   */
  readonly judgeability: number;
  /** below this judgeability, 0..1, no score is decided as bona fide */
  readonly unjudgeable: number;
  readonly sureLive: number;
  readonly sureAttack: number;
  /** minimum quality, 0..1 */
  readonly quality: number;
  /**
   * another face counts if its height (for recognition: its prominence) is at least this fraction of the subject's; others are
   * bystanders
   */
  readonly otherFace: number;
  /** minimum visible fraction of the face, 0..1 */
  readonly visible: number;
  /** maximum box width over picture width */
  readonly closeWidth: number;
  /** maximum box height over picture height */
  readonly closeHeight: number;
  /** minimum distance of the box from any border, as a fraction of the picture's width or height */
  readonly border: number;
  /** minimum eye distance, pixels */
  readonly eyeDistance: number;
  /** minimum box height over picture height */
  readonly relativeHeight: number;
  /** minimum box height over the geometric mean of the picture's sides, which treats portrait and landscape pictures alike */
  readonly relativeSize: number;
  /** maximum disagreement of the two landmark models, in eye distances; applies while the mouth looks uncovered */
  readonly landmarkDisagreement: number;
  /** maximum angles, degrees */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** maximum occlusion, 0..1 */
  readonly occlusion: number;
  /** limits of the face's mean luma, 0..255 */
  readonly darkest: number;
  readonly brightest: number;
  /** maximum overexposed fraction of the face, 0..1 */
  readonly burntOut: number;
  /** maximum noise of single pixels of the face, grey levels */
  readonly noise: number;
  /** if no face was found: limits of the whole picture's mean luma, 0..255, and its minimum detail */
  readonly sceneDarkest: number;
  readonly sceneBrightest: number;
  readonly sceneDetail: number;
  /** minimum cosine between the templates of the same person, 0..1 */
  readonly match: number;
}

/** Named sets of thresholds. */
export type PresetName = 'soft' | 'regular' | 'hard';

/**
 * `regular` was set on labelled pictures so that few bona fide selfies and webcam pictures are rejected because of their
 * conditions; docs/accuracy.md shows its error rates. `soft` and `hard` are more lenient and stricter variants set by hand:
 * measure them on your own pictures before relying on them.
 */
const regular: Thresholds = Object.freeze({
  liveness: 0.5,
  uncertainty: 0.2,
  judgeability: 0.5,
  unjudgeable: 0.1,
  sureLive: 0.82,
  sureAttack: 0.18,
  quality: 0.5,
  otherFace: 0.6,
  visible: 0.972,
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
  burntOut: 0.55,
  noise: 20,
  sceneDarkest: 30,
  sceneBrightest: 225,
  sceneDetail: 0.0015,
  match: 0.35,
});
const softer: Partial<Thresholds> = {
  liveness: 0.3,
  judgeability: 0,
  unjudgeable: 0,
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

/** The smallest angles at which a preset refuses a face, in degrees. */
export const strictestAngles = { yaw: strictest('yaw'), pitch: strictest('pitch') } as const;

function strictest(angle: 'yaw' | 'pitch'): number {
  return Math.min(...Object.values(presets).map((preset) => preset[angle] ?? regular[angle]));
}

/** Names of the presets, the most lenient first. */
export const presetNames = Object.keys(presets) as PresetName[];

/** Revision of the presets. Incremented when a value changes, so that stored scans show which values they were judged by. */
const revision = 3;

/** An account's choice of policy. */
export interface PolicyChoice {
  readonly preset: PresetName;
  /** thresholds that override the preset's */
  readonly thresholds: Partial<Thresholds>;
  /** overrides for Liveness Plus capture packets */
  readonly capture?: CaptureChoice;
}

/** Bounds that belong to the checks themselves: no preset or account changes them. */
export interface FixedBounds {
  /**
   * from this colour distance between mouth and skin on, the mouth counts as covered, and the check of the landmark models does
   * not apply
   */
  readonly coveredMouthColour: number;
}

/** The current bounds. They are stored with each scan's policy, so that a change does not alter explanations of stored scans. */
const fixedBounds: FixedBounds = Object.freeze({ coveredMouthColour: 20 });

/** The bounds of scans stored before the bounds were part of the policy. Never changes. */
export const formerBounds: FixedBounds = Object.freeze({ coveredMouthColour: 20 });

/** Thresholds with a version. */
export interface Policy extends Thresholds, Partial<FixedBounds> {
  /** identifies the values in every stored scan, for example `regular-3` or `hard-3+liveness=0.9` */
  readonly version: string;
}

/**
 * Resolves the thresholds in effect. In ascending priority: regular thresholds, the contract's defaults, the chosen preset, the
 * account's own thresholds.
 * @param contractDefaults thresholds that a vendor's clients expect, for example a liveness of 0.7
 */
export function resolvePolicy(
  choice: PolicyChoice = { preset: 'regular', thresholds: {} },
  contractDefaults: Partial<Thresholds> = {},
): Policy {
  const chosen = { ...contractDefaults, ...presets[choice.preset], ...choice.thresholds };
  const base: Thresholds = { ...regular, ...presets[choice.preset] };
  const differing = Object.entries(chosen).filter(([name, value]) => base[name as keyof Thresholds] !== value);
  const suffix = differing.sort(([p], [q]) => p.localeCompare(q)).map(([name, value]) => `+${name}=${value}`);
  return Object.freeze({ ...regular, ...chosen, ...fixedBounds, version: `${choice.preset}-${revision}${suffix.join('')}` });
}

/** The default policy. */
export const regularPolicy: Policy = resolvePolicy();

/** Names of all thresholds. */
export const thresholdNames = Object.keys(regular) as (keyof Thresholds)[];
