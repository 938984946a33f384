import type { FaceMesh } from '../inference/models/face-mesh.js';
import type { HeadPose } from '../inference/models/head-pose.js';
import { type Policy, strictestAngles } from './policy.js';

/** Angles at which an answer changes, in degrees to either side. Those of the presets always count. */
export interface AngleLimits {
  readonly yaw: readonly number[];
  readonly pitch: readonly number[];
}

/**
 * The limits of policies, and one of the contract's own. Those that the presets cover are left out.
 * @param own in degrees, for yaw and pitch
 */
export function angleLimitsOf(policies: readonly Pick<Policy, 'yaw' | 'pitch'>[], own?: number): AngleLimits {
  const limitsOf = (axis: keyof AngleLimits): number[] => {
    const all = [...policies.map((policy) => policy[axis]), ...(own === undefined ? [] : [own])];
    return [...new Set(all)].filter((limit) => limit < strictestAngles[axis]).sort((p, q) => p - q);
  };
  return { yaw: limitsOf('yaw'), pitch: limitsOf('pitch') };
}

/** Mesh points: outer corners of the right and left eye; top of the forehead and tip of the chin. */
const [rightEye, leftEye, forehead, chin] = [33, 263, 10, 152] as const;

/**
 * The pose network's angle for an angle of the mesh: intercept and slope, learned on 1,125 single faces of the dev pictures (yaw below
 * 25°, pitch below 20°). On pictures of other sources than those learned from, yaw differs by 1.7° on average (99 %: 8.8°) and pitch by
 * 2.4° (8.5°). See docs/decisions/0055-pose-from-mesh.md.
 */
const yawFit = { intercept: -1.57, slope: -0.98 } as const;
const pitchFit = { intercept: 4.65, slope: -0.67 } as const;

/** A mesh is sure of what it sees above this logit, and below this disagreement of the landmark models, in eye distances. */
const sureLogit = 15;
const sureDisagreement = 0.12;
/** An angle this near to a limit may lie on its other side, in degrees; less for limits below 20°. */
const margins = { yaw: 8, pitch: 6 } as const;
const relativeMargin = 0.4;

/**
 * Head pose from the depths of a mesh.
 * @param roll of the face, in degrees: how far the mesh is turned back before its depths are read
 */
export function poseOfMesh({ points, depths }: FaceMesh, roll: number): HeadPose {
  const angle = (-roll * Math.PI) / 180;
  const along = (from: number, to: number, axis: 'x' | 'y'): number => {
    const [x, y] = [points[to]!.x - points[from]!.x, points[to]!.y - points[from]!.y];
    return axis === 'x' ? x * Math.cos(angle) - y * Math.sin(angle) : x * Math.sin(angle) + y * Math.cos(angle);
  };
  const inclination = (from: number, to: number, axis: 'x' | 'y'): number =>
    (Math.atan2(depths[to]! - depths[from]!, along(from, to, axis)) * 180) / Math.PI;
  return {
    yaw: yawFit.intercept + yawFit.slope * inclination(rightEye, leftEye, 'x'),
    pitch: pitchFit.intercept + pitchFit.slope * inclination(forehead, chin, 'y'),
    roll,
  };
}

/**
 * Whether the pose of a mesh decides every check as the pose network would: the mesh is sure of the face, and no angle is near a limit
 * or beyond the strictest one of the presets.
 * @param disagreement of the two landmark models, in eye distances
 */
export function isPoseSettled(mesh: FaceMesh, { yaw, pitch }: HeadPose, disagreement: number, limits?: AngleLimits): boolean {
  if (mesh.faceLogit < sureLogit || disagreement > sureDisagreement) return false;
  return isClear(yaw, 'yaw', limits) && isClear(pitch, 'pitch', limits);
}

function isClear(angle: number, axis: keyof AngleLimits, limits: AngleLimits | undefined): boolean {
  const size = Math.abs(angle);
  const margin = margins[axis];
  const others = limits?.[axis] ?? [];
  return (
    size < strictestAngles[axis] - margin &&
    others.every((limit) => Math.abs(size - limit) > Math.min(margin, limit * relativeMargin))
  );
}
