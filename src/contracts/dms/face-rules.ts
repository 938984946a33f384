import type { FaceObservation } from '../../analysis/observation.js';
import { borderMargin } from '../../analysis/placement.js';

/** The states that the vendor's engine derives from one face, with the limits that its published server states. */
export interface FaceStates {
  readonly eyeClosed: boolean;
  readonly mouthOpened: boolean;
  readonly boundaryFace: boolean;
  readonly notFront: boolean;
  readonly occluded: boolean;
  readonly small: boolean;
  readonly quality: 'Low' | 'Medium' | 'High';
  readonly luminance: 'Dark' | 'Normal' | 'Light';
}

/** `Real` above this liveness score, unless the account's policy differs. */
export const realAbove = 0.7;
/** Maximum number of faces described. */
export const maxFaces = 10;

/** Below this in each angle, in degrees, a face is frontal. */
export const frontalBelow = 10;

/** Angles are reported within ±45°. */
export const clampAngle = (degrees: number): number => Math.min(45, Math.max(-45, degrees));

/** The states of a picture without a single face. */
export const unknownStates: Readonly<Record<keyof FaceStates, null>> = {
  eyeClosed: null,
  mouthOpened: null,
  boundaryFace: null,
  notFront: null,
  occluded: null,
  small: null,
  quality: null,
  luminance: null,
};

/** @param width of the upright picture in pixels @param height likewise */
export function rateFace(face: FaceObservation, width: number, height: number): FaceStates {
  const { box, pose } = face;
  return {
    eyeClosed: face.leftEyeClosed > 0.8 || face.rightEyeClosed > 0.8,
    mouthOpened: face.mouthOpened > 0.5,
    boundaryFace: borderMargin(box, { width, height }) < 0.05,
    notFront: [pose.yaw, pose.roll, pose.pitch].some((angle) => Math.abs(angle) >= frontalBelow),
    occluded: face.occlusion > 0.9,
    small: face.eyeDistance < 100,
    quality: face.quality < 0.3 ? 'Low' : face.quality < 0.7 ? 'Medium' : 'High',
    luminance: face.luminance < 50 ? 'Dark' : face.luminance < 200 ? 'Normal' : 'Light',
  };
}
