import type { Box, Point } from '../imaging/geometry.js';
import type { HeadPose } from '../inference/models/head-pose.js';
import type { PerspectiveMeasure } from './closer/measure-perspective.js';
import type { MotionMeasure, NoMotion } from './face-motion.js';
import type { Imprint } from './imprint.js';

/** Signs that something covers the face. None of them detects a hand over the mouth, so do not claim that. */
export interface OcclusionSignals {
  /**
   * colour distance between the mouth region and the skin between the brows, in CIELAB-like units (0: equal; a mask is above 30)
   */
  readonly mouthColour: number;
  /** luma of the eye regions over luma of the skin between the brows (below 0.45: dark glasses) */
  readonly eyeDarkness: number;
  /** difference between the left and right eye regions over the skin's luma, 0 (equal) .. 1; high for a patch over one eye */
  readonly eyeAsymmetry: number;
  /**
   * chroma distance between the eye regions and the nose, the lesser of the two, in the same units (0: equal; tinted lenses: 40)
   */
  readonly eyeColour: number;
  /**
   * least colour difference of the skin under both eyes from the nose and from the skin between the brows, at a common brightness
   * (0: equal; lenses that hide the eyes: from 10). Absent in scans stored earlier
   */
  readonly lensColour?: number;
  /**
   * least colour difference of mouth and both cheeks from the skin under the eyes and between the brows, in the same units (0: equal;
   * a cloth: from 12). Absent in scans stored earlier
   */
  readonly clothColour?: number;
  /** the eye network's probability that an eye is closed, the lesser of the two, unchecked; near 1 if it sees no open eye */
  readonly eyesUnseen: number;
  /** mean distance between the points of the two landmark models over the eye distance; they diverge if the face is covered */
  readonly landmarkDisagreement: number;
  /** the mesh network's confidence that this is a face, as a logit */
  readonly meshLogit: number;
}

/** The components of the liveness score. */
export interface LivenessSignals {
  /** logit of the anti-spoofing network, the mean over its views */
  readonly network: number;
  /** high for a display's raster or a printer's halftone; see imaging/periodicity */
  readonly periodicity: number;
  /** high for the edge of a sheet or a bezel; see imaging/straight-edges */
  readonly straightEdges: number;
}

/** Signs that the picture is no photograph of a face. Absent: the face is too small for the measure, or overexposed. */
export interface PhotographSignals {
  /** unevenness of the brightness histogram, 0..2; see imaging/tone-steps */
  readonly toneSteps?: number;
  /** the following: see imaging/fine-texture */
  readonly nextStep?: number;
  readonly edges?: number;
  /** chroma of nose and cheeks on the red axis of YCbCr, −128..127; absent: the landmarks are unreliable */
  readonly skinRed?: number;
  /**
   * how much brighter skin is than brows, eyes and lips, in standard deviations of the luma; negative: inverted. Absent as above
   */
  readonly polarity?: number;
}

/** All measurements of one face, without any judgement. Coordinates are pixels of the upright picture as sent. */
export interface FaceObservation {
  readonly box: Box;
  /** the detector's confidence, 0..1 */
  readonly detectionScore: number;
  /** 68 points in the order of iBUG 300-W */
  readonly landmarks: readonly Point[];
  /** distance between the eye centres, in pixels */
  readonly eyeDistance: number;
  readonly pose: HeadPose;
  /** 0 open .. 1 closed; left and right from the subject's point of view */
  readonly leftEyeClosed: number;
  readonly rightEyeClosed: number;
  /** 0 closed .. 1 wide open; at 0.5 the inner lip opening is 0.3 of the mouth's width */
  readonly mouthOpened: number;
  /** mean luma of the face, 0..255 */
  readonly luminance: number;
  /** fraction of the face's pixels that are overexposed (luma ≥ 250), 0..1 */
  readonly burntOut: number;
  /** standard deviation of the luma within the face, 0..128 */
  readonly contrast: number;
  /** fine detail in the aligned face (variance of the Laplacian over variance of the luma), dimensionless */
  readonly sharpness: number;
  /** fraction of the face (of its box or its mesh, whichever is less) that is within the picture, 0..1 */
  readonly visibleFraction: number;
  /** 0 uncovered .. 1 certainly covered; a summary of `occlusionSignals` */
  readonly occlusion: number;
  readonly occlusionSignals: OcclusionSignals;
  /** suitability for liveness and recognition, 0..1 */
  readonly quality: number;
  /** noise of single pixels in the middle of the face, grey levels; absent: the face is too small */
  readonly noise?: number;
  /** strength of the block grid of strong compression, 1: none; absent: the face is too small */
  readonly blockiness?: number;
  /** how far the picture allows the liveness to be judged, 0..1; see judgeability.ts. Scans stored by former versions lack it */
  readonly judgeability: number;
  /**
   * confidence that the picture is a photograph, 0..1; see photographic.ts. The liveness score is at most this. Scans stored by
   * former versions lack it
   */
  readonly photographic: number;
  readonly photographSignals: PhotographSignals;
  /**
   * probability of a bona fide presentation, 0..1: the fusion of all liveness models, and at most `photographic`; rounded to seven
   * decimals so that every contract shows the same number
   */
  readonly liveness: number;
  readonly livenessSignals: LivenessSignals;
  /** score of each liveness model, 0..1, by `shipped` or the pack's name@version */
  readonly livenessScores: Readonly<Record<string, number>>;
  /** number of crops of the face that the shipped liveness network scored */
  readonly livenessViews: number;
  /**
   * unit vector (512 numbers from the shipped model), only if requested; it identifies a person: never store or log it with an
   * observation
   */
  readonly embedding?: Float32Array;
  /** length of the embedding before normalisation, a quality signal */
  readonly embeddingNorm?: number;
}

/** A face that was detected but not analysed in full. */
export type FaceOutline = Pick<FaceObservation, 'box' | 'detectionScore'>;

/** Duration of each step, in milliseconds. */
export type StepTimes = Readonly<Record<'decode' | 'detect' | 'faces', number>>;

/** Measurements of a whole picture in which no face was found. */
export interface SceneObservation {
  /** mean luma, 0..255 */
  readonly luminance: number;
  /** variance of the Laplacian over variance of the luma, at 160 pixels on the longer side */
  readonly detail: number;
}

/**
 * Which face is the subject: the largest; the most prominent (see prominence.ts), which ignores bystanders near the edge of the
 * picture even if they are large; or the portrait of a document, which is the largest in the orientation that supports a face best
 * (see turn-portrait.ts).
 */
export type Subject = 'largest' | 'prominent' | 'portrait';

/** All measurements of the frames that precede a picture of the same camera. */
export interface SequenceObservation {
  /** of each frame: when it was taken (ms) and its liveness, 0..1; null if not exactly one face was found in it */
  readonly frames: readonly { readonly at: number; readonly liveness: number | null }[];
  /** motion of the face against its surroundings; null: no statement, for the reason `noMotion` */
  readonly motion: MotionMeasure | null;
  readonly noMotion: NoMotion | null;
  /** what the motion says, as a logit; see motion-fusion.ts. 0 without a statement */
  readonly evidence: number;
  /** liveness of the picture and the frames, 0..1, without and with the motion */
  readonly pictureLiveness: number;
  readonly liveness: number;
}

/** All measurements of one picture. */
export interface ImageObservation {
  /** size of the upright picture, in pixels as sent; all coordinates refer to it */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** clockwise rotation that made the face upright, in degrees, after EXIF orientation was applied; usually 0 */
  readonly turned: 0 | 90 | 180 | 270;
  /** which face is the subject (absent: the largest) */
  readonly subject?: Subject;
  /** all detected faces, the subject first, then the others by size or prominence */
  readonly outlines: readonly FaceOutline[];
  /** the faces analysed in full, in the same order */
  readonly faces: readonly FaceObservation[];
  /** of the frames before the picture, only if there were any and a face was found in the picture */
  readonly sequence?: SequenceObservation;
  /** of the frames in which the face comes closer, only if there were any and a face was found in the picture */
  readonly perspective?: PerspectiveMeasure;
  /** the whole picture, reduced, only if requested: as confidential as the picture */
  readonly imprint?: Imprint;
  /** only if no face was found */
  readonly scene?: SceneObservation;
  readonly times: StepTimes;
}
