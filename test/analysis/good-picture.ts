import type { FaceObservation, ImageObservation } from '../../src/analysis/observation.js';

/** A face without faults in the middle of a 720×960 picture. */
export const goodFace: FaceObservation = {
  box: { x1: 210, y1: 250, x2: 510, y2: 670 },
  detectionScore: 1,
  landmarks: [],
  eyeDistance: 150,
  pose: { yaw: 0, pitch: 0, roll: 0 },
  leftEyeClosed: 0,
  rightEyeClosed: 0,
  mouthOpened: 0,
  luminance: 120,
  burntOut: 0,
  contrast: 40,
  sharpness: 0.3,
  visibleFraction: 1,
  occlusion: 0.05,
  occlusionSignals: {
    mouthColour: 8,
    eyeDarkness: 0.7,
    eyeAsymmetry: 0.1,
    eyeColour: 8,
    eyesUnseen: 0,
    landmarkDisagreement: 0.04,
    meshLogit: 24,
  },
  quality: 0.95,
  judgeability: 0.9,
  photographic: 1,
  photographSignals: { skinRed: 20, polarity: 1 },
  liveness: 0.99,
  livenessSignals: { network: 6, periodicity: 2, straightEdges: 1 },
  livenessScores: { shipped: 0.99 },
  livenessViews: 1,
};

/** A picture of that face with the changes in `face`, and with the faces in `others`. */
export function picture(face: Partial<FaceObservation> = {}, others: ImageObservation['outlines'] = []): ImageObservation {
  const subject = { ...goodFace, ...face };
  return {
    width: 720,
    height: 960,
    format: 'jpeg',
    turned: 0,
    outlines: [subject, ...others],
    faces: [subject],
    times: { decode: 0, detect: 0, faces: 0 },
  };
}
