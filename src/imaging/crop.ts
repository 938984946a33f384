import type { Affine } from './geometry.js';
import type { RgbImage } from './image.js';

/** Describes how a picture is converted to a network's input tensor. */
export interface TensorSpec {
  readonly width: number;
  readonly height: number;
  /** `nchw`: one plane per channel; `nhwc`: channels interleaved */
  readonly layout: 'nchw' | 'nhwc';
  /** channel order; `grey` is a single channel, the luma of ITU-R BT.601 */
  readonly colour: 'rgb' | 'bgr' | 'grey';
  /** value = (v − mean) · scale, with v in 0..255; one number per channel, in the tensor's channel order */
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
 */
export function sampleTensor(image: RgbImage, map: Affine, spec: TensorSpec, out: Float32Array): Float32Array {
  const { data, width, height } = image;
  const { width: outWidth, height: outHeight } = spec;
  const plane = outWidth * outHeight;
  const grey = spec.colour === 'grey';
  const padding = spec.padding ?? 0;
  const planar = spec.layout === 'nchw';
  const stride = planar ? 1 : grey ? 1 : 3;
  const step = planar ? plane : 1;
  const red = spec.colour === 'bgr' ? 2 : 0;
  const blue = 2 - red;
  const [mean0, mean1 = mean0, mean2 = mean0] = spec.mean as [number, number?, number?];
  const [scale0, scale1 = scale0, scale2 = scale0] = spec.scale as [number, number?, number?];
  let at = 0;
  for (let y = 0; y < outHeight; y++) {
    let sx = map.a * 0.5 + map.b * (y + 0.5) + map.tx - 0.5;
    let sy = map.c * 0.5 + map.d * (y + 0.5) + map.ty - 0.5;
    for (let x = 0; x < outWidth; x++, at += stride, sx += map.a, sy += map.c) {
      let r = padding;
      let g = padding;
      let b = padding;
      if (sx > -1 && sy > -1 && sx < width && sy < height) {
        const x0 = Math.floor(sx);
        const y0 = Math.floor(sy);
        const fx = sx - x0;
        const fy = sy - y0;
        const w00 = (1 - fx) * (1 - fy);
        const w10 = fx * (1 - fy);
        const w01 = (1 - fx) * fy;
        const w11 = fx * fy;
        if (x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height) {
          const p = (y0 * width + x0) * 3;
          const q = p + width * 3;
          r = data[p]! * w00 + data[p + 3]! * w10 + data[q]! * w01 + data[q + 3]! * w11;
          g = data[p + 1]! * w00 + data[p + 4]! * w10 + data[q + 1]! * w01 + data[q + 4]! * w11;
          b = data[p + 2]! * w00 + data[p + 5]! * w10 + data[q + 2]! * w01 + data[q + 5]! * w11;
        } else {
          // At the border, the edge pixels are repeated for the missing half pixel.
          const xa = Math.max(x0, 0);
          const xb = x0 + 1 < width ? x0 + 1 : width - 1;
          const ya = Math.max(y0, 0);
          const yb = y0 + 1 < height ? y0 + 1 : height - 1;
          const p = (ya * width + xa) * 3;
          const p2 = (ya * width + xb) * 3;
          const q = (yb * width + xa) * 3;
          const q2 = (yb * width + xb) * 3;
          r = data[p]! * w00 + data[p2]! * w10 + data[q]! * w01 + data[q2]! * w11;
          g = data[p + 1]! * w00 + data[p2 + 1]! * w10 + data[q + 1]! * w01 + data[q2 + 1]! * w11;
          b = data[p + 2]! * w00 + data[p2 + 2]! * w10 + data[q + 2]! * w01 + data[q2 + 2]! * w11;
        }
      }
      if (grey) {
        out[at] = (0.299 * r + 0.587 * g + 0.114 * b - mean0) * scale0;
      } else {
        out[at + red * step] = ((r - (red ? mean2 : mean0)) * (red ? scale2 : scale0)) as number;
        out[at + step] = (g - mean1) * scale1;
        out[at + blue * step] = (b - (red ? mean0 : mean2)) * (red ? scale0 : scale2);
      }
    }
  }
  return out;
}

/**
 * Shrinks a picture by an integer factor; each pixel is the mean of factor × factor pixels. An incomplete row or column is dropped.
 * @param drop at which sides (default: right and bottom)
 */
export function shrink(image: RgbImage, factor: number, drop = { left: false, top: false }): RgbImage {
  if (factor <= 1) return image;
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const out = new Uint8Array(width * height * 3);
  const row = image.width * 3;
  const start = (drop.top ? image.height - height * factor : 0) * row + (drop.left ? image.width - width * factor : 0) * 3;
  const norm = 1 / (factor * factor);
  const { data } = image;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let j = 0; j < factor; j++) {
        let p = start + (y * factor + j) * row + x * factor * 3;
        for (let i = 0; i < factor; i++, p += 3) {
          r += data[p]!;
          g += data[p + 1]!;
          b += data[p + 2]!;
        }
      }
      out[at] = r * norm + 0.5;
      out[at + 1] = g * norm + 0.5;
      out[at + 2] = b * norm + 0.5;
      at += 3;
    }
  }
  return { data: out, width, height };
}
