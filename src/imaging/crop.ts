import type { Affine } from './geometry.js';
import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { KernelNumbers, place } from './kernels/pixel-memory.js';
import { shrinkInPlace } from './shrink.js';

/** Describes how a picture is converted to a network's input tensor. */
export interface TensorSpec {
  readonly width: number;
  readonly height: number;
  /** `nchw`: one plane per channel; `nhwc`: channels interleaved */
  readonly layout: 'nchw' | 'nhwc';
  /** channel order; `grey` is a single channel, the luma of ITU-R BT.601 */
  readonly colour: 'rgb' | 'bgr' | 'grey';
  /** value = (v − mean) · scale, with v in 0..255; one number per channel, in the tensor's channel order, or one for all */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** v outside the picture, 0..255 (default 0: black) */
  readonly padding?: number;
}

/** Number of values in the tensor. */
export const tensorLength = (spec: TensorSpec): number => spec.width * spec.height * (spec.colour === 'grey' ? 1 : 3);

/**
 * Samples a picture through an affine map into a normalised tensor, without an intermediate copy. Sampling is bilinear with
 * half-pixel centres (as OpenCV's INTER_LINEAR) and without smoothing: shrink a large picture first if aliasing matters.
 * @param map output pixels → picture pixels
 * @param out receives `tensorLength(spec)` numbers
 * @param from index in `out` of the first one
 * @returns the values of `out`, all of them
 */
export const sampleInto = (
  image: RgbImage,
  map: Affine,
  spec: TensorSpec,
  out: KernelNumbers,
  from = 0,
): Float32Array<ArrayBuffer> => sample(place(image.data), image, map, spec, out, from);

/**
 * Shrinks a picture by a whole factor, as `shrink` does, and samples it.
 * @param map output pixels → pixels of the shrunk picture
 */
export const sampleShrunk = (
  image: RgbImage,
  factor: number,
  map: Affine,
  spec: TensorSpec,
  out: KernelNumbers,
): Float32Array<ArrayBuffer> =>
  shrinkInPlace(image, factor, (pixels, width, height) => sample(pixels, { width, height }, map, spec, out, 0));

/** @param pixels address of a picture of the given size */
function sample(
  pixels: number,
  { width: imageWidth, height: imageHeight }: Omit<RgbImage, 'data'>,
  { a, b, c, d, tx, ty }: Affine,
  spec: TensorSpec,
  out: KernelNumbers,
  from: number,
): Float32Array<ArrayBuffer> {
  if (out.length < from + tensorLength(spec)) throw new RangeError('the tensor is too short');
  const { width, height, colour, layout, mean, scale, padding = 0 } = spec;
  const { sampleColour, sampleGrey } = kernels();
  const start = out.address + from * 4;
  if (colour === 'grey') {
    const [first, factor] = [mean[0]!, scale[0]!];
    sampleGrey(pixels, imageWidth, imageHeight, a, b, c, d, tx, ty, start, width, height, padding, first, factor);
    return out.values;
  }
  // Where the red and the blue channel are in the tensor.
  const [red, blue] = colour === 'rgb' ? [0, 2] : [2, 0];
  const [step, stride] = layout === 'nchw' ? [width * height * 4, 4] : [4, 12];
  const places = [start + red * step, start + step, start + blue * step, stride, width, height] as const;
  const numbers = [of(mean, red), of(mean, 1), of(mean, blue), of(scale, red), of(scale, 1), of(scale, blue)] as const;
  sampleColour(pixels, imageWidth, imageHeight, a, b, c, d, tx, ty, ...places, padding, ...numbers);
  return out.values;
}

/** A channel's number: the first one stands for those that are missing. */
const of = (numbers: readonly number[], channel: number): number => numbers[channel] ?? numbers[0]!;

let passing: KernelNumbers | undefined;

/** As `sampleShrunk`, into an array of its own. @param factor default 1: the picture as it is */
export function sampleTensor(image: RgbImage, map: Affine, spec: TensorSpec, factor = 1): Float32Array<ArrayBuffer> {
  const length = tensorLength(spec);
  if (!passing || passing.length < length) passing = new KernelNumbers(length);
  return sampleShrunk(image, factor, map, spec, passing).slice(0, length);
}
