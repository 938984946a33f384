import { centroid, type Point } from '../imaging/geometry.js';
import { correlate, type LumaImage } from '../imaging/luma.js';
import type { Imprint } from './imprint.js';

/** A picture, and the 68 points of the face in it, in pixels as sent. */
export interface PictureOfFace {
  readonly imprint: Imprint;
  readonly landmarks: readonly Point[];
}

/** How two pictures of faces relate. */
export interface PictureLikeness {
  /** part of the second picture that is within the first once their faces coincide, 0..1 */
  readonly shared: number;
  /** correlation of the luma in that part, −1..1 */
  readonly correlation: number;
}

/** Where the corners of the second picture (top left, top right, bottom left) are in the first, as x and y by turns. */
type Corners = readonly number[];

/** Cells per side of the grid that is compared. Its means tolerate compression, and differences in sharpness. */
const cells = 24;
/** Samples per side of a cell. */
const samples = 2;
/** Steps in which the corners are adjusted, in parts of the first picture's longer side. */
const steps = [0.03, 0.015, 0.008, 0.004, 0.002];
/** Correlation below which the pictures are so different that an adjustment is in vain. */
const hopeless = 0.5;

// Measured (docs/decisions/0032-documents.md).
const leastShared = 0.8;
const leastCorrelation = 0.96;

/**
 * Whether the second picture is the first one or a part of it: encoded again, scaled, cropped, mirrored, or in slightly different
 * colours. A larger picture that contains the first one, such as a card on which it is printed, is not.
 */
export function isSamePicture(first: PictureOfFace, second: PictureOfFace): boolean {
  return [second, mirror(second)].some((picture) => {
    const { shared, correlation } = likenPictures(first, picture);
    return shared >= leastShared && correlation >= leastCorrelation;
  });
}

/** Lays the second picture over the first so that their faces coincide, and compares them. */
function likenPictures(first: PictureOfFace, second: PictureOfFace): PictureLikeness {
  let corners = placeCorners(first, second);
  let best = compare(first.imprint, second.imprint, corners);
  if (best.correlation < hopeless || best.shared < leastShared / 2) return best;
  for (const step of steps) {
    const shift = step * Math.max(first.imprint.width, first.imprint.height);
    for (let improved = true, round = 0; improved && round < 8; round++) {
      improved = false;
      for (let i = 0; i < corners.length; i++) {
        for (const by of [shift, -shift]) {
          const tried = corners.map((value, at) => (at === i ? value + by : value));
          const likeness = compare(first.imprint, second.imprint, tried);
          if (likeness.correlation > best.correlation && likeness.shared >= best.shared - 0.1)
            [corners, best, improved] = [tried, likeness, true];
        }
      }
    }
  }
  return best;
}

/** The picture as a mirror shows it. */
function mirror({ imprint, landmarks }: PictureOfFace): PictureOfFace {
  const { data, width, height, scale } = imprint;
  const mirrored = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) mirrored[y * width + x] = data[y * width + width - 1 - x]!;
  const across = landmarks.map(({ x, y }) => ({ x: width / scale - x, y }));
  const order = [...Array(17).keys()].reverse().concat(
    [...Array(10).keys()].map((i) => 26 - i),
    [27, 28, 29, 30],
    [35, 34, 33, 32, 31],
  );
  const eyesAndMouth = [
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66,
    65,
  ];
  return { imprint: { data: mirrored, width, height, scale }, landmarks: [...order, ...eyesAndMouth].map((i) => across[i]!) };
}

/** Places the second picture by an affine map of the inner points of the faces. */
function placeCorners(first: PictureOfFace, second: PictureOfFace): Corners {
  const inner = ({ landmarks, imprint }: PictureOfFace): Point[] =>
    landmarks.slice(17).map(({ x, y }) => ({ x: x * imprint.scale, y: y * imprint.scale }));
  const [to, from] = [inner(first), inner(second)];
  const [ct, cf] = [centroid(to), centroid(from)];
  let [xx, xy, yy, ux, uy, vx, vy] = [0, 0, 0, 0, 0, 0, 0];
  from.forEach((p, i) => {
    const [x, y, u, v] = [p.x - cf.x, p.y - cf.y, to[i]!.x - ct.x, to[i]!.y - ct.y];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    ux += u * x;
    uy += u * y;
    vx += v * x;
    vy += v * y;
  });
  const det = xx * yy - xy * xy;
  const solve = (px: number, py: number): readonly [number, number] => [(px * yy - py * xy) / det, (py * xx - px * xy) / det];
  const [a, b] = solve(ux, uy);
  const [c, d] = solve(vx, vy);
  const { width, height } = second.imprint;
  return [
    [0, 0],
    [width, 0],
    [0, height],
  ].flatMap(([x, y]) => [a * (x! - cf.x) + b * (y! - cf.y) + ct.x, c * (x! - cf.x) + d * (y! - cf.y) + ct.y]);
}

/** Compares the second picture with what the first shows at its place. */
function compare(first: LumaImage, second: LumaImage, [x0, y0, x1, y1, x2, y2]: Corners): PictureLikeness {
  const [a, b]: [number[], number[]] = [[], []];
  const parts = cells * samples;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      let [sumA, sumB, inside] = [0, 0, true];
      for (let i = 0; i < samples ** 2 && inside; i++) {
        const u = (column * samples + (i % samples) + 0.5) / parts;
        const v = (row * samples + Math.floor(i / samples) + 0.5) / parts;
        const x = x0! + u * (x1! - x0!) + v * (x2! - x0!);
        const y = y0! + u * (y1! - y0!) + v * (y2! - y0!);
        inside = x >= 0 && y >= 0 && x < first.width && y < first.height;
        sumA += inside ? sample(first, x, y) : 0;
        sumB += sample(second, u * second.width, v * second.height);
      }
      if (!inside) continue;
      a.push(sumA);
      b.push(sumB);
    }
  }
  return { shared: a.length / cells ** 2, correlation: correlate(a, b) };
}

/** The luma at a point, between pixels by bilinear interpolation. */
function sample({ data, width, height }: LumaImage, x: number, y: number): number {
  const [px, py] = [Math.min(Math.max(x - 0.5, 0), width - 1.001), Math.min(Math.max(y - 0.5, 0), height - 1.001)];
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const [fx, fy] = [px - left, py - top];
  const at = top * width + left;
  const upper = data[at]! * (1 - fx) + data[at + 1]! * fx;
  const lower = data[at + width]! * (1 - fx) + data[at + width + 1]! * fx;
  return upper * (1 - fy) + lower * fy;
}
