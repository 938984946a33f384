import type { Box, Point } from '../imaging/geometry.js';
import type { HeadPose } from '../inference/models/head-pose.js';

/** Hints that something covers the face. None of them sees a hand over the mouth: do not claim it. */
export interface OcclusionSignals {
  /** colour distance of the mouth's region from the skin between the brows, in CIELAB-like units (0 alike; a mask is above 30) */
  readonly mouthColour: number;
  /** luma of the eyes' region over luma of the skin between the brows (below 0.45: dark glasses) */
  readonly eyeDarkness: number;
  /** difference of left and right eye region over the skin's luma, 0 (alike) .. 1: a patch over one eye */
  readonly eyeAsymmetry: number;
  /** chroma distance of the eyes' regions from the nose, the lesser of the two, in the same units (0 alike; tinted lenses 40) */
  readonly eyeColour: number;
  /** the eye network's probability that an eye is shut, the lesser of the two, whatever the lids' outline: near 1 where it sees no open eye */
  readonly eyesUnseen: number;
  /** mean distance of the two landmark models over the eye distance: they part where the face is covered */
  readonly landmarkDisagreement: number;
  /** the mesh network's own opinion that this is a face, logit */
  readonly meshLogit: number;
}

/** What the liveness score is made of. */
export interface LivenessSignals {
  /** the anti-spoofing network's logit, the mean over its views */
  readonly network: number;
  /** see imaging/periodicity: a display's raster or a printer's halftone */
  readonly periodicity: number;
  /** see imaging/straight-edges: a sheet's rim, a bezel */
  readonly straightEdges: number;
}

/** Everything measured on one face. Coordinates are pixels of the upright picture as sent; nothing here is a judgement. */
export interface FaceObservation {
  readonly box: Box;
  /** the detector's confidence, 0..1 */
  readonly detectionScore: number;
  /** 68 points in the order of iBUG 300-W */
  readonly landmarks: readonly Point[];
  /** distance of the eye centres in pixels */
  readonly eyeDistance: number;
  readonly pose: HeadPose;
  /** 0 open .. 1 closed; left and right as the subject has them */
  readonly leftEyeClosed: number;
  readonly rightEyeClosed: number;
  /** 0 closed .. 1 wide open; 0.5 is an inner lip opening of 0.3 of the mouth's width */
  readonly mouthOpened: number;
  /** mean luma of the face, 0..255 */
  readonly luminance: number;
  /** fraction of the face's pixels that are burnt out (luma ≥ 250), 0..1 */
  readonly burntOut: number;
  /** standard deviation of the luma within the face, 0..128 */
  readonly contrast: number;
  /** energy of fine detail in the aligned face (variance of the Laplacian over the variance of the luma), dimensionless */
  readonly sharpness: number;
  /** part of the face (its box, or its mesh, whichever is less) that lies within the picture, 0..1 */
  readonly visibleFraction: number;
  /** 0 free .. 1 surely covered; a summary of `occlusionSignals` */
  readonly occlusion: number;
  readonly occlusionSignals: OcclusionSignals;
  /** fitness for liveness and recognition, 0..1 */
  readonly quality: number;
  /**
   * probability of a bona fide presentation, 0..1: the fusion of `livenessSignals`, rounded to seven digits so that every contract shows
   * the same number
   */
  readonly liveness: number;
  readonly livenessSignals: LivenessSignals;
  /** what each liveness model says by itself, 0..1: `shipped`, and name@version of each pack in use */
  readonly livenessScores: Readonly<Record<string, number>>;
  /** crops of the face that the shipped liveness network looked at */
  readonly livenessViews: number;
  /** 512 numbers of length 1, only if asked for; identifies a person: never store or log it with an observation */
  readonly embedding?: Float32Array;
  /** length of the embedding before normalising, a quality signal */
  readonly embeddingNorm?: number;
}

/** A face that was found but not looked at closer. */
export type FaceOutline = Pick<FaceObservation, 'box' | 'detectionScore'>;

/** How long each step took, in milliseconds. */
export type StepTimes = Readonly<Record<'decode' | 'detect' | 'faces', number>>;

/** The whole picture, measured where no face was found in it. */
export interface SceneObservation {
  /** mean luma, 0..255 */
  readonly luminance: number;
  /** variance of the Laplacian over the variance of the luma, at 160 pixels on the longer side */
  readonly detail: number;
}

/**
 * Whose face a picture is about: the largest, or the most prominent (see prominence.ts), which leaves bystanders at the rim aside, however
 * large they are.
 */
export type Subject = 'largest' | 'prominent';

/** What the engine saw in one picture. */
export interface ImageObservation {
  /** size of the upright picture, in pixels as sent; all coordinates are that picture's */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** degrees clockwise by which the picture, already upright by EXIF, was turned until its face stood upright; usually 0 */
  readonly turned: 0 | 90 | 180 | 270;
  /** whose face comes first (absent: the largest) */
  readonly subject?: Subject;
  /** every face found, the subject first, the others after it by size or prominence */
  readonly outlines: readonly FaceOutline[];
  /** the faces that were looked at, in the same order from the subject on */
  readonly faces: readonly FaceObservation[];
  readonly scene?: SceneObservation;
  readonly times: StepTimes;
}
