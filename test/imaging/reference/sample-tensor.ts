import type { TensorSpec } from '../../../src/imaging/crop.js';
import type { Affine } from '../../../src/imaging/geometry.js';
import type { RgbImage } from '../../../src/imaging/image.js';

/**
 * What the kernels `sampleColour` and `sampleGrey` compute, in plain JavaScript and float64. Samples a picture through an affine map into a normalised tensor, without an intermediate copy. Sampling is bilinear with
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
    const firstX = map.a * 0.5 + map.b * (y + 0.5) + map.tx - 0.5;
    const firstY = map.c * 0.5 + map.d * (y + 0.5) + map.ty - 0.5;
    for (let x = 0; x < outWidth; x++, at += stride) {
      const sx = firstX + map.a * x;
      const sy = firstY + map.c * x;
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
