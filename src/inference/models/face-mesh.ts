import { sampleInto, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { type Affine, type Box, boxCentre, boxHeight, mapPoint, type Point, rotatedSquareMap } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';

// MediaPipe Face Mesh (Kartynnik et al., 2019, arXiv:1907.06724): 468 points in three dimensions.
// Input: 192×192 RGB, v/255, NHWC. Output: x, y, z in pixels of the 192-pixel input; a logit that the crop holds a face.
const size = 192;
const spec: TensorSpec = {
  width: size,
  height: size,
  layout: 'nhwc',
  colour: 'rgb',
  mean: [0, 0, 0],
  scale: [1 / 255, 1 / 255, 1 / 255],
};

/** The mesh of a face. */
export interface FaceMesh {
  /** 468 points, in picture pixels */
  readonly points: readonly Point[];
  /** depth of each point relative to the others, in picture pixels: greater is farther from the camera */
  readonly depths: readonly number[];
  /** logit that the crop holds a face; above 10 for a clear face, below 0 for no face */
  readonly faceLogit: number;
}

/**
 * Mesh indices that correspond to iBUG's 68 points (contour, brows, nose, eyes, lips), the subject's right side first. Where
 * several are plausible (contour, brows, wings of the nose), the one nearest to a 68-point model's point on 263 frontal
 * photographs was chosen, the same on both sides.
 */
const ibug68 = [
  127, 234, 93, 132, 172, 136, 149, 176, 152, 400, 378, 365, 397, 361, 323, 454, 356, 70, 63, 105, 66, 55, 285, 296, 334, 293,
  300, 168, 197, 5, 4, 240, 97, 2, 326, 460, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 39, 37, 0, 267, 269,
  291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
] as const;

/** Picks the 68 points, in iBUG's order, from a mesh. */
export const meshTo68 = (mesh: FaceMesh): Point[] => ibug68.map((index) => mesh.points[index]!);

/** Picks the five points for alignment: eye centres, nose tip, mouth corners; the subject's right side first. */
export function meshToFive(mesh: FaceMesh): Point[] {
  const at = (index: number): Point => mesh.points[index]!;
  const mid = (i: number, j: number): Point => ({ x: (at(i).x + at(j).x) / 2, y: (at(i).y + at(j).y) / 2 });
  return [mid(33, 133), mid(362, 263), at(4), at(61), at(291)];
}

/** From this roll on, one pass sees only a part of it, in radians: 20 degrees. */
const largeRoll = 0.35;
/** Roll that a pass found beyond the last one's from which on another pass is worth its time, in radians: 6 degrees. */
const furtherRoll = 0.1;

/** Angle of the line through the outer corners of the eyes, in radians, clockwise. */
const eyeAngle = (points: readonly Point[]): number => Math.atan2(points[263]!.y - points[33]!.y, points[263]!.x - points[33]!.x);

const isRolledFurther = (points: readonly Point[], before: readonly Point[]): boolean =>
  Math.abs(eyeAngle(points)) > largeRoll && Math.abs(eyeAngle(points) - eyeAngle(before)) > furtherRoll;

/** The 468-point mesh network, 7 ms per pass. */
export class FaceMeshModel {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /**
   * Locates the mesh in two passes: the first on an upright square of 1.25 box heights, the second on a square of 1.5 times the
   * extent of the first mesh, rotated so that the eyes are level. A face that turns out to be rolled further gets up to two more: one
   * pass sees only a part of a large roll.
   * @param box the detector's box
   */
  async locate(image: RgbImage, box: Box): Promise<FaceMesh> {
    const first = await this.run(image, rotatedSquareMap(boxCentre(box), boxHeight(box) * 1.25, 0, size));
    let [from, mesh] = [first, await this.refine(image, first.points)];
    for (let more = 0; more < 2 && isRolledFurther(mesh.points, from.points); more++)
      [from, mesh] = [mesh, await this.refine(image, mesh.points)];
    return mesh;
  }

  /** Runs another pass, around the points of the last. */
  private refine(image: RgbImage, points: readonly Point[]): Promise<FaceMesh> {
    let [x1, y1, x2, y2] = [
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    for (const p of points) {
      x1 = Math.min(x1, p.x);
      y1 = Math.min(y1, p.y);
      x2 = Math.max(x2, p.x);
      y2 = Math.max(y2, p.y);
    }
    const angle = eyeAngle(points);
    const side = 1.5 * Math.max(x2 - x1, y2 - y1);
    return this.run(image, rotatedSquareMap({ x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, side, angle, size));
  }

  private async run(image: RgbImage, map: Affine): Promise<FaceMesh> {
    const outputs = await this.session.run(sampleInto(image, map, spec, this.input), [1, size, size, 3]);
    const xyz = outputs.Identity_2!;
    const points = Array.from({ length: 468 }, (_, i) => mapPoint(map, xyz[i * 3]!, xyz[i * 3 + 1]!));
    const scale = Math.hypot(map.a, map.c);
    const depths = Array.from({ length: 468 }, (_, i) => xyz[i * 3 + 2]! * scale);
    return { points, depths, faceLogit: outputs.Identity_1![0]! };
  }
}
