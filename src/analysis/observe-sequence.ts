import { median } from '../base/statistics.js';
import { DecodeError, type DecodeLimits, decodeImage, reduceGrey } from '../imaging/decode.js';
import { type Box, scaleBox } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { type Turn, turnImage } from '../imaging/turn.js';
import type { FaceModels } from '../inference/face-models.js';
import { meshTo68 } from '../inference/models/face-mesh.js';
import { type MotionFrame, measureMotion } from './face-motion.js';
import { findFaces } from './find-faces.js';
import { eyeSpan } from './landmark-disagreement.js';
import type { LivenessFusion } from './liveness-fusion.js';
import { addEvidence, type MotionFusion, weighMotion } from './motion-fusion.js';
import type { FaceObservation, SequenceObservation } from './observation.js';
import { roundScore, scoreLiveness } from './score-liveness.js';

/** A frame of a sequence: a picture file and when it was taken, in ms by any clock that all frames share. */
export interface TimedFrame {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** The frames before a picture, in order of time, and when the picture itself was taken. */
export interface SequenceOf {
  readonly at: number;
  readonly earlier: readonly TimedFrame[];
  /** frames after the picture in which the face comes closer, in order of time (default none) */
  readonly approach?: readonly TimedFrame[];
}

/** The last frame of a sequence, which has been analysed already. */
export interface AnalysedPicture {
  /** upright, as decoded */
  readonly image: RgbImage;
  /** how it was turned to be upright: frames of the same camera are turned alike */
  readonly turned: 0 | Turn;
  readonly face: FaceObservation;
  /** pixels of the picture as sent per pixel of `image` */
  readonly scale: number;
}

/** Motion is measured on frames reduced to this length of the longer side, in pixels: that of the frames in a capture packet. */
const motionSide = 480;

/** A frame with its only face. */
interface ObservedFrame {
  readonly at: number;
  readonly image: RgbImage;
  readonly box: Box;
  readonly eyeDistance: number;
}

/**
 * Analyses the frames before a picture: the liveness of each, and the motion of the face over all of them. A frame that cannot be decoded,
 * or in which not exactly one face is found, does not count.
 */
export async function observeSequence(
  models: FaceModels,
  { image, turned, face, scale }: AnalysedPicture,
  { at, earlier }: SequenceOf,
  { limits, fusion, motionFusion }: { limits: DecodeLimits; fusion: LivenessFusion; motionFusion: MotionFusion },
): Promise<SequenceObservation> {
  const frames: { readonly at: number; readonly liveness: number | null }[] = [];
  const observed: ObservedFrame[] = [];
  for (const frame of earlier) {
    const found = await observeFrame(models, frame, turned, { limits, fusion });
    frames.push({ at: frame.at, liveness: found?.liveness ?? null });
    if (found) observed.push(found);
  }
  observed.push({ at, image, box: scaleBox(face.box, 1 / scale), eyeDistance: face.eyeDistance / scale });
  const motion = measureMotion(await reduceAlike(observed));
  const pictureLiveness = fusePictures(
    face.liveness,
    frames.flatMap(({ liveness }) => liveness ?? []),
  );
  if (typeof motion === 'string')
    return { frames, motion: null, noMotion: motion, evidence: 0, pictureLiveness, liveness: pictureLiveness };
  const evidence = weighMotion(motion, motionFusion);
  return { frames, motion, noMotion: null, evidence, pictureLiveness, liveness: addEvidence(pictureLiveness, evidence) };
}

/**
 * The liveness of a picture and of the frames before it, without their motion: the mean of the picture's and the median of the frames'.
 * The frames are smaller, and liveness is less reliable on small pictures (docs/capture.md), so they must not outvote the picture.
 */
const fusePictures = (picture: number, frames: readonly number[]): number =>
  frames.length === 0 ? picture : roundScore((picture + median(frames)) / 2);

/** @returns undefined if the frame does not count */
async function observeFrame(
  models: FaceModels,
  { bytes, at }: TimedFrame,
  turned: 0 | Turn,
  { limits, fusion }: { limits: DecodeLimits; fusion: LivenessFusion },
): Promise<(ObservedFrame & { readonly liveness: number }) | undefined> {
  const decoded = await decodeFrame(bytes, limits);
  if (!decoded) return undefined;
  const image = turned === 0 ? decoded : turnImage(decoded, turned);
  const [found, ...others] = await findFaces(models, image);
  if (!found || others.length > 0) return undefined;
  const { box } = found;
  const mesh = found.mesh ?? (await models.mesh.locate(image, box));
  const points = await models.landmarks.locate(image, box);
  const { liveness } = await scoreLiveness(models, image, { box, mesh, points }, fusion);
  return { at, image, box, eyeDistance: eyeSpan(mesh.faceLogit > 0 ? meshTo68(mesh) : points), liveness };
}

/** @returns undefined if the file cannot be decoded */
export async function decodeFrame(bytes: Uint8Array, limits: DecodeLimits): Promise<RgbImage | undefined> {
  try {
    return await decodeImage(bytes, limits);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Reduces frames to the size of the smallest, at most `motionSide`. One of another shape keeps its own, and is found to differ. */
async function reduceAlike(frames: readonly ObservedFrame[]): Promise<MotionFrame[]> {
  const { image } = frames.at(-1)!;
  const narrowest = Math.min(...frames.map((frame) => frame.image.width));
  const factor = Math.min(1, motionSide / Math.max(image.width, image.height), narrowest / image.width);
  const toSize = (length: number, by: number): number => Math.max(1, Math.round(length * by));
  const [width, height] = [toSize(image.width, factor), toSize(image.height, factor)];
  const reduced: MotionFrame[] = [];
  for (const frame of frames) {
    const by = width / frame.image.width;
    const isAlike = Math.abs(frame.image.height * by - height) <= 1;
    const grey = await reduceGrey(frame.image, width, isAlike ? height : toSize(frame.image.height, by));
    reduced.push({ at: frame.at, grey, box: scaleBox(frame.box, by), eyeDistance: frame.eyeDistance * by });
  }
  return reduced;
}
