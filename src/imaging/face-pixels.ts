import { sampleInto, type TensorSpec, tensorLength } from './crop.js';
import { type Detail, measureDetail } from './detail.js';
import { type Affine, fitSimilarity, type Point } from './geometry.js';
import type { RgbImage } from './image.js';
import { KernelNumbers } from './kernels/pixel-memory.js';

/** Side of the aligned face, in pixels: 112×112, as in ArcFace's alignment. */
export const alignedSize = 112;
/**
 * Eye centres, nose tip and mouth corners in an aligned face, the subject's right side first, as in the embedding network's
 * training.
 */
const alignedPoints: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];
const spec: TensorSpec = { width: alignedSize, height: alignedSize, layout: 'nhwc', colour: 'rgb', mean: [0], scale: [1] };

/** The map from the aligned 112×112 face into the picture. @param five eye centres, nose tip, mouth corners in the picture */
export const alignmentMap = (five: readonly Point[]): Affine => fitSimilarity(alignedPoints, five);

/** A rectangle of the aligned face, in its pixels. */
interface Region {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}
const regions = {
  face: { x1: 24, y1: 26, x2: 88, y2: 104 },
  betweenBrows: { x1: 48, y1: 34, x2: 64, y2: 46 },
  rightEye: { x1: 28, y1: 46, x2: 49, y2: 58 },
  leftEye: { x1: 63, y1: 46, x2: 84, y2: 58 },
  nose: { x1: 50, y1: 58, x2: 62, y2: 70 },
  mouth: { x1: 40, y1: 80, x2: 72, y2: 104 },
  underRightEye: { x1: 28, y1: 59, x2: 45, y2: 66 },
  underLeftEye: { x1: 67, y1: 59, x2: 84, y2: 66 },
  lowerRightCheek: { x1: 26, y1: 72, x2: 40, y2: 82 },
  lowerLeftCheek: { x1: 72, y1: 72, x2: 86, y2: 82 },
  rightBrow: { x1: 28, y1: 38, x2: 50, y2: 46 },
  leftBrow: { x1: 62, y1: 38, x2: 84, y2: 46 },
  rightCheek: { x1: 30, y1: 66, x2: 44, y2: 80 },
  leftCheek: { x1: 68, y1: 66, x2: 82, y2: 80 },
  lips: { x1: 44, y1: 88, x2: 68, y2: 97 },
} satisfies Record<string, Region>;

/** Pixel statistics of an aligned face. */
export interface FacePixels extends Detail {
  /** chroma of nose and cheeks on the red axis of YCbCr, in units of 0..255 */
  readonly skinRed: number;
  /**
   * luma of forehead, nose and cheeks minus that of brows, eyes and lips, over the standard deviation within the face. Positive:
   * skin is brighter than what lies in it. Negative: inverted
   */
  readonly polarity: number;
  /** the following are those of OcclusionSignals */
  readonly mouthColour: number;
  readonly eyeDarkness: number;
  readonly eyeAsymmetry: number;
  readonly eyeColour: number;
  readonly lensColour: number;
  readonly clothColour: number;
}

const luma = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b;

function meanColour(face: Float32Array, region: Region): [number, number, number] {
  let [r, g, b, n] = [0, 0, 0, 0];
  for (let y = region.y1; y < region.y2; y++) {
    for (let x = region.x1; x < region.x2; x++, n++) {
      const at = (y * alignedSize + x) * 3;
      r += face[at]!;
      g += face[at + 1]!;
      b += face[at + 2]!;
    }
  }
  return [r / n, g / n, b / n];
}

type Colour = readonly [r: number, g: number, b: number];

/** The two opponent axes of YCbCr (BT.601), in units of 0..255. */
const chroma = ([r, g, b]: Colour): [number, number] => [(b - luma(r, g, b)) * 0.564, (r - luma(r, g, b)) * 0.713];

const meanOf = (colours: readonly Colour[]): Colour => {
  const mean = (channel: 0 | 1 | 2): number => colours.reduce((sum, colour) => sum + colour[channel], 0) / colours.length;
  return [mean(0), mean(1), mean(2)];
};

/** Distance between the chroma of two colours; luma is ignored. */
function chromaDistance(p: Colour, q: Colour): number {
  const [a, b] = [chroma(p), chroma(q)];
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** Distance between two colours in which luma counts a third, so that a shadow under the nose does not look like a mask. */
const colourDistance = (p: Colour, q: Colour): number => Math.hypot(chromaDistance(p, q), (luma(...p) - luma(...q)) / 3);

/**
 * The same at one brightness: as if the second colour had a luma of 100, so that dim and bright pictures measure alike. In very dark
 * ones the gain is limited to four.
 */
function colourDifference(p: Colour, skin: Colour): number {
  const gain = Math.min(4, 100 / Math.max(1, luma(...skin)));
  const brighten = ([r, g, b]: Colour): Colour => [r * gain, g * gain, b * gain];
  return colourDistance(brighten(p), brighten(skin));
}

/** How much every one of some places differs from every place that is skin: the least difference. */
const leastDifference = (places: readonly Colour[], skins: readonly Colour[]): number =>
  Math.min(...places.flatMap((place) => skins.map((skin) => colourDifference(place, skin))));

/** The aligned face, interleaved RGB, 0..255. */
let aligned: KernelNumbers | undefined;

/** Measures a face, aligned. @param five eye centres, nose tip, mouth corners in the picture */
export function measureFace(image: RgbImage, five: readonly Point[]): FacePixels {
  aligned ??= new KernelNumbers(tensorLength(spec));
  const face = sampleInto(image, alignmentMap(five), spec, aligned);
  const grey = new Float32Array(alignedSize * alignedSize);
  for (let i = 0; i < grey.length; i++) grey[i] = luma(face[i * 3]!, face[i * 3 + 1]!, face[i * 3 + 2]!);
  const skin = meanColour(face, regions.betweenBrows);
  const skinLuma = Math.max(1, luma(...skin));
  const [rightEye, leftEye] = [meanColour(face, regions.rightEye), meanColour(face, regions.leftEye)];
  const [right, left] = [luma(...rightEye), luma(...leftEye)];
  // Compared with the nose, which is skin: the bridge between the brows may be partly covered by the frame of glasses.
  const nose = meanColour(face, regions.nose);
  const underEyes = [meanColour(face, regions.underRightEye), meanColour(face, regions.underLeftEye)];
  const mask = [regions.mouth, regions.lowerRightCheek, regions.lowerLeftCheek].map((region) => meanColour(face, region));
  const detail = measureDetail(grey, alignedSize, regions.face);
  const cheeks = [meanColour(face, regions.rightCheek), meanColour(face, regions.leftCheek)];
  const [, skinRed] = chroma(meanOf([nose, ...cheeks]));
  const features = [meanColour(face, regions.rightBrow), meanColour(face, regions.leftBrow), rightEye, leftEye];
  const inside = luma(...meanOf([...features, meanColour(face, regions.lips)]));
  return {
    ...detail,
    skinRed,
    polarity: (luma(...meanOf([skin, nose, ...cheeks])) - inside) / Math.max(1, detail.contrast),
    mouthColour: colourDistance(meanColour(face, regions.mouth), skin),
    eyeDarkness: (left + right) / 2 / skinLuma,
    eyeAsymmetry: Math.abs(left - right) / skinLuma,
    eyeColour: Math.min(chromaDistance(rightEye, nose), chromaDistance(leftEye, nose)),
    lensColour: leastDifference(underEyes, [nose, skin]),
    clothColour: leastDifference(mask, [skin, ...underEyes]),
  };
}
