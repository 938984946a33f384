import { median, ramp } from '../base/statistics.js';
import { type Box, boxCentre, boxHeight, boxWidth, distance, type Point } from '../imaging/geometry.js';
import type { LumaImage } from '../imaging/luma.js';
import { type CornerStrength, measureCorners, pickCorners } from '../imaging/optical-flow/find-corners.js';
import { makePyramid, type Pyramid } from '../imaging/optical-flow/pyramid.js';
import { trackPoints } from '../imaging/optical-flow/track-points.js';
import { applyHomography, distanceAfter, fitHomography, fitSimilarityRobustly } from '../imaging/plane-fit.js';

/** A frame in which motion is measured. All frames of a sequence have the same size. */
export interface MotionFrame {
  /** ms, by the clock of the sequence */
  readonly at: number;
  readonly grey: LumaImage;
  /** the face, in pixels of `grey` */
  readonly box: Box;
  /** distance between the eye centres, in pixels of `grey` */
  readonly eyeDistance: number;
}

/** Motion from one frame to the next. Lengths are in eye distances. */
export interface PairMotion {
  /** ms from one frame to the other */
  readonly ms: number;
  /** median distance of the face's points from where the motion of the surroundings would have taken them */
  readonly residual: number;
  /** median distance of the face's points from where the best homography takes them: what is left if the face is a plane */
  readonly planeResidual: number;
  /** median distance of the surroundings' points from their own motion: the error of measurement */
  readonly scatter: number;
  /** median movement of the surroundings' points: that of the camera, or of a picture that is panned, zoomed or waved */
  readonly movement: number;
  /** points that took part: of the surroundings those that move as one, of the face all that were tracked */
  readonly surroundings: number;
  readonly face: number;
  /** how far the measurement can be relied on, 0..1 */
  readonly confidence: number;
}

/** Motion of a face against its surroundings, over a sequence. */
export interface MotionMeasure {
  /** geometric mean over the pairs of residual over scatter: about 1 if the face moves as its surroundings do */
  readonly residualRatio: number;
  /** the same of the plane's residual: about 1 if the face moves as a plane does */
  readonly planeRatio: number;
  /** whether the face was carried along: moved as far as its surroundings, in the same way, time after time */
  readonly carried: boolean;
  /** how far the measure can be relied on, 0..1 */
  readonly confidence: number;
  /** the measured pairs, in order of time */
  readonly pairs: readonly PairMotion[];
}

/**
 * Why there is no statement on motion: too few frames with one face; frames of different shape; times that are not ascending or too far
 * apart; too few corners in the surroundings or the face (a blank wall), or corners that were lost; the last pair, which includes the
 * picture, not measured.
 */
export type NoMotion = 'few-frames' | 'other-shape' | 'times' | 'few-corners' | 'picture-apart';

/** Pairs closer than this show too little motion, and farther apart too little in common, in ms. */
const [shortest, longest] = [100, 2000];
/** Pairs that must be measured for a statement. */
const fewestPairs = 2;
const levels = 3;
/** Corners are sought at half the size, where noise is less, in cells of these sizes (the face's: parts of its height). */
const [surroundingsCell, faceCells] = [8, 12];
const [mostSurroundings, mostFace] = [80, 40];
/** Distance from the surroundings' motion within which a point belongs to it, in pixels. */
const tolerance = 0.5;
/** Movement, in eye distances, from which on a face can be carried: more than a millimetre. Set by hand. */
const carriedMovement = 0.02;
/** Added to residual and scatter, in eye distances: a tenth of a pixel at an eye distance of 50. */
const floor = 0.002;

/**
 * Measures how a face moves against what surrounds it. A picture held before the camera moves as one with what is round the face in it;
 * a living head does not. Corners are tracked from frame to frame; a similarity is fitted to those outside of face and body; the face's
 * points are compared with it. Whether the face bends as no plane does is measured by a homography fitted within the face.
 * @param frames at least one, in order of time, the last of which is the picture
 */
export function measureMotion(frames: readonly MotionFrame[]): MotionMeasure | NoMotion {
  if (frames.length <= fewestPairs) return 'few-frames';
  const { width, height } = frames[0]!.grey;
  if (frames.some(({ grey }) => grey.width !== width || grey.height !== height)) return 'other-shape';
  const gaps = frames.slice(1).map(({ at }, i) => at - frames[i]!.at);
  if (gaps.some((gap) => !(gap > 0))) return 'times';
  const near = gaps.map((gap) => gap >= shortest && gap <= longest);
  if (near.filter(Boolean).length < fewestPairs || !near.at(-1)) return 'times';
  const pyramids = frames.map(({ grey }) => makePyramid(grey, levels));
  const measured = gaps.map((_, i) =>
    near[i] ? measurePair(frames[i]!, frames[i + 1]!, pyramids[i]!, pyramids[i + 1]!) : undefined,
  );
  const pairs = measured.filter((pair) => pair !== undefined);
  if (pairs.length < fewestPairs) return 'few-corners';
  // Otherwise the picture could be of something else than what was measured before it.
  if (!measured.at(-1)) return 'picture-apart';
  const meanRatio = (of: (pair: PairMotion) => number): number =>
    Math.exp(pairs.reduce((sum, pair) => sum + Math.log((of(pair) + floor) / (pair.scatter + floor)), 0) / pairs.length);
  return {
    residualRatio: meanRatio(({ residual }) => residual),
    planeRatio: meanRatio(({ planeResidual }) => planeResidual),
    carried: isCarried(pairs),
    confidence: pairs.reduce((sum, { confidence }) => sum + confidence, 0) / measured.length,
    pairs,
  };
}

/**
 * A hand that holds a camera also displaces it, which shifts a head against what is behind it, and a head moves by itself. Where the
 * surroundings move again and again, and the face differs from them by a tenth of that at most, face and surroundings are one picture.
 */
const isCarried = (pairs: readonly PairMotion[]): boolean =>
  pairs.filter(({ movement }) => movement >= carriedMovement).length >= fewestPairs &&
  pairs.every(({ residual, movement, scatter }) => residual <= Math.max(movement / 10, scatter));

/** @returns undefined if there are too few corners */
function measurePair(first: MotionFrame, second: MotionFrame, from: Pyramid, to: Pyramid): PairMotion | undefined {
  const strength = measureCorners(from[1] ?? from[0]!);
  const scale = first.grey.width / strength.width;
  const around = follow(from, to, cornersAround(strength, first.box, scale));
  const face = follow(from, to, cornersOfFace(strength, first.box, scale));
  const motion = fitSimilarityRobustly(around.from, around.to, tolerance);
  const plane = fitHomography(face.from, face.to);
  if (!motion || !plane) return undefined;
  const confidence = Math.min(
    ramp(motion.inliers, 6, 16),
    ramp(motion.inliers / around.from.length, 0.35, 0.6),
    ramp(face.from.length, 6, 16),
  );
  if (confidence === 0) return undefined;
  const eyes = (first.eyeDistance + second.eyeDistance) / 2;
  const middle = ({ from, to }: Followed, distanceOf: (from: Point, to: Point) => number): number =>
    median(from.map((point, i) => distanceOf(point, to[i]!))) / eyes;
  const fromMotion = (from: Point, to: Point): number => distanceAfter(motion.map, from, to);
  return {
    ms: second.at - first.at,
    residual: middle(face, fromMotion),
    planeResidual: middle(face, (from, to) => distance(applyHomography(plane, from), to)),
    scatter: middle(around, fromMotion),
    movement: middle(around, distance),
    surroundings: motion.inliers,
    face: face.from.length,
    confidence,
  };
}

interface Followed {
  readonly from: readonly Point[];
  readonly to: readonly Point[];
}

/** Tracks points, and leaves out those that were lost. */
function follow(from: Pyramid, to: Pyramid, points: readonly Point[]): Followed {
  const tracked = trackPoints(from, to, points);
  return { from: points.filter((_, i) => tracked[i]), to: tracked.filter((point) => point !== undefined) };
}

const enlarge = (points: readonly Point[], scale: number): Point[] => points.map(({ x, y }) => ({ x: x * scale, y: y * scale }));

/** Corners outside of head and body: hair reaches to 0.75 box widths and 0.8 heights from the centre, shoulders to 1.4 widths. */
function cornersAround(strength: CornerStrength, box: Box, scale: number): Point[] {
  const { x: cx, y: cy } = boxCentre(box);
  const [w, h] = [boxWidth(box), boxHeight(box)];
  const isOutside = (x: number, y: number): boolean => {
    const [dx, sy] = [Math.abs(x * scale - cx), y * scale];
    return !(dx < 0.75 * w && sy > cy - 0.8 * h) && !(dx < 1.4 * w && sy > box.y2 - 0.1 * h);
  };
  return enlarge(pickCorners(strength, isOutside, surroundingsCell, mostSurroundings), scale);
}

/** Corners on the face: within an ellipse that leaves out the outline, which moves with the background. */
function cornersOfFace(strength: CornerStrength, box: Box, scale: number): Point[] {
  const { x: cx, y: cy } = boxCentre(box);
  const [rx, ry] = [0.46 * boxWidth(box), 0.5 * boxHeight(box)];
  const isInside = (x: number, y: number): boolean => ((x * scale - cx) / rx) ** 2 + ((y * scale - cy) / ry) ** 2 < 1;
  const cell = Math.max(3, Math.round(boxHeight(box) / scale / faceCells));
  return enlarge(pickCorners(strength, isInside, cell, mostFace), scale);
}
