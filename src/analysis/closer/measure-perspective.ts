import type { RgbImage } from '../../imaging/image.js';
import { trackPoints } from '../../imaging/optical-flow/track-points.js';
import { fitParallax, type ParallaxFit } from '../../imaging/parallax-fit.js';
import type { FaceMesh } from '../../inference/models/face-mesh.js';
import { type FaceCorner, findFaceCorners } from './face-corners.js';
import { type FaceView, ViewFrame } from './face-view.js';

/** A frame in which a face was found. */
export interface FacedFrame {
  readonly image: RgbImage;
  readonly mesh: FaceMesh;
}

/**
 * Why frames do not show whether a face has depth: too few of them have a face (`no-face`) or show it whole (`cut-off`), it did not come
 * closer (`not-closer`), has no texture (`few-corners`), was not the same throughout (`face-lost`) or not the photo's (`other-face`), or
 * the measurement is not exact enough (`uncertain`).
 */
export type PerspectiveReason = 'no-face' | 'cut-off' | 'not-closer' | 'few-corners' | 'face-lost' | 'other-face' | 'uncertain';

/** How a face changed while it came closer. */
export interface PerspectiveMeasure {
  /**
   * depth of the face by its change of perspective, over the depth that a head of its appearance has: about 1 for a head, 0 for a picture
   * of one on a plane; null if the frames do not show it
   */
  readonly relief: number | null;
  /** null if there is a relief */
  readonly reason: PerspectiveReason | null;
  /** standard error of the relief; null if nothing was measured */
  readonly error: number | null;
  /** size of the face at the end over its size at the beginning; null if nothing was measured */
  readonly enlargement: number | null;
  /** frames that were compared with the first */
  readonly compared: number;
  /** corners that were tracked, the mean of the compared frames */
  readonly corners: number;
  /** what a plane's best movement leaves, as a part of the face's radius; null if nothing was measured */
  readonly planeResidual: number | null;
}

/** The face must become larger by this factor in total, and by this one in a frame that is compared with the first. */
const [leastEnlargement, leastStep] = [1.4, 1.25];
/** A face that has become smaller than this part of the largest before it was moving back. */
const mostBack = 0.9;
/** Fewest tracked corners per pair of frames, and the part of all that must be tracked. */
const [fewestCorners, leastTracked] = [25, 0.5];
/** Fewest frames that must be compared. */
const fewestCompared = 2;
/** Standard error from which on a relief is no statement. */
const mostError = 0.2;
/**
 * Focal length over the longer side of the picture: 0.65 to 0.95 for the cameras of phones and notebooks. The relief is wrong by the
 * same factor as this number.
 */
const usualFocal = 0.8;

/**
 * Measures whether a face that came closer has the depth of a head. Its corners are tracked from the first frame to the later ones. A
 * homography explains how those of a plane move, whatever its tilt; on a head, near parts (the nose) grow more than far ones (the cheeks),
 * in proportion to their depth, which the mesh network estimates from appearance alone.
 * @param frames in order of time, all of one size
 * @param photo another picture that must show the same face
 */
export function measurePerspective(frames: readonly FacedFrame[], photo?: FacedFrame): PerspectiveMeasure {
  const whole = frames.filter(isWhole);
  if (whole.length <= fewestCompared) return nothing(frames.length <= fewestCompared ? 'no-face' : 'cut-off');
  const first = whole[0]!;
  const place = new ViewFrame(first.mesh.points);
  const view = place.view(first.image, first.mesh.points);
  const later = whole.slice(1).map(({ image, mesh }) => place.view(image, mesh.points));
  const enlargement = later.at(-1)!.scale / view.scale;
  if (enlargement < leastEnlargement || !isSteady([view, ...later])) return { ...nothing('not-closer'), enlargement };
  const corners = findFaceCorners(
    view,
    place.points,
    first.mesh.depths.map((depth) => depth / view.scale),
  );
  if (corners.length < fewestCorners) return { ...nothing('few-corners'), enlargement, corners: corners.length };
  const nearer = later.filter(({ scale }) => scale >= view.scale * leastStep);
  const comparisons = nearer.flatMap((other) => compare(view, other, corners, usualFocal * longerSide(first.image)) ?? []);
  if (comparisons.length < fewestCompared) return { ...nothing('face-lost'), enlargement, compared: comparisons.length };
  if (photo && track(view, place.view(photo.image, photo.mesh.points), corners).length < corners.length * leastTracked)
    return { ...nothing('other-face'), enlargement, compared: comparisons.length };
  const mean = (value: (comparison: Comparison) => number): number =>
    comparisons.reduce((sum, comparison) => sum + comparison.weight * value(comparison), 0) /
    comparisons.reduce((sum, { weight }) => sum + weight, 0);
  const error = mean((comparison) => comparison.error);
  const isExact = error <= mostError;
  return {
    relief: isExact ? mean(({ relief }) => relief) : null,
    reason: isExact ? null : 'uncertain',
    error,
    enlargement,
    compared: comparisons.length,
    corners: Math.round(mean((comparison) => comparison.corners)),
    planeResidual: mean(({ fit }) => fit.planeResidual),
  };
}

const nothing = (reason: PerspectiveReason): PerspectiveMeasure => ({
  relief: null,
  reason,
  error: null,
  enlargement: null,
  compared: 0,
  corners: 0,
  planeResidual: null,
});

const longerSide = ({ width, height }: RgbImage): number => Math.max(width, height);

/** The mesh network guesses the parts of a face that are not in the picture, as those of a flat one. */
const isWhole = ({ image: { width, height }, mesh }: FacedFrame): boolean =>
  mesh.points.every(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);

function isSteady(views: readonly FaceView[]): boolean {
  let largest = 0;
  return views.every(({ scale }) => {
    largest = Math.max(largest, scale);
    return scale >= largest * mostBack;
  });
}

/** Two frames' statement. */
interface Comparison {
  readonly relief: number;
  readonly error: number;
  readonly corners: number;
  /** grows with the change of size, on which the exactness depends */
  readonly weight: number;
  readonly fit: ParallaxFit;
}

/** @param focal length in pixels of the frame */
function compare(view: FaceView, other: FaceView, corners: readonly FaceCorner[], focal: number): Comparison | undefined {
  const tracked = track(view, other, corners);
  if (tracked.length < Math.max(fewestCorners, corners.length * leastTracked)) return undefined;
  const fit = fitParallax(
    tracked.map(({ corner }) => corner.place),
    tracked.map(({ found }) => found),
    tracked.map(({ corner }) => corner.nearness),
  );
  if (!fit) return undefined;
  // With a pinhole camera of this focal length, a body whose radius grows by `growth` pixels shows a parallax of growth / focal, if its
  // depth is what the mesh says.
  const growth = (other.scale - view.scale) * fit.radius;
  const expected = growth / focal;
  return {
    relief: fit.parallax / expected,
    error: fit.parallaxError / expected,
    corners: tracked.length,
    weight: growth ** 2,
    fit,
  };
}

/** The corners that are in both views, with their places in the second. */
function track(view: FaceView, other: FaceView, corners: readonly FaceCorner[]) {
  const places = trackPoints(
    view.pyramid,
    other.pyramid,
    corners.map(({ place }) => place),
  );
  return corners.flatMap((corner, i) => (places[i] ? [{ corner, found: places[i] }] : []));
}
