// Bilinear sampling through an affine map, one output pixel at a time: its channels are the lanes of one vector. Weights are 14-bit
// integers along x, and float32 of as many bits along y: a sample is at most 0.02 grey levels off.

/** What weighs a whole pixel along x. */
const one: f64 = 16384;
/** Bits behind the point of a place in the picture, and how many of them are weights. */
const pointBits: i64 = 32;
const weightBits: i64 = 14;
/** Rounds a place to the bits of the weights. */
const halfWeight: i64 = 1 << (pointBits - weightBits - 1);

/** Two pixels, whose bytes are R0 G0 B0 R1 G1 B1, as pairs of 16-bit lanes: R0 R1, G0 G1, B0 B1. */
// @ts-ignore: decorator
@inline
function pairNeighbours(bytes: v128): v128 {
  return i8x16.swizzle(bytes, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
}

/** The same of two pixels that are not neighbours. */
// @ts-ignore: decorator
@inline
function pairPixels(left: usize, right: usize): v128 {
  const bytes = v128.load_lane<u32>(right, v128.load32_zero(left), 1);
  return i8x16.swizzle(bytes, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, -1, -1, -1, -1));
}

/** Between four pixels: along x by a weight of 0 … `one`, along y by 0 … 1. @returns R, G, B (0..255) times `one` */
// @ts-ignore: decorator
@inline
function mix(above: v128, below: v128, weight: i32, down: f32): v128 {
  const across = i32x4.splat((weight << 16) | (<i32>one - weight));
  const upper = f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(above, across));
  const lower = f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(below, across));
  return f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), f32x4.splat(down)));
}

/**
 * Samples anywhere. The pixels at the border are repeated for half a pixel; farther out is `padding`.
 * @param sx, sy in pixels from the centre of the top left one
 */
function sampleNearBorder(pixels: usize, width: i32, height: i32, sx: f64, sy: f64, padding: v128): v128 {
  if (!(sx > -1 && sy > -1 && sx < <f64>width && sy < <f64>height)) return padding;
  const left = floor(sx);
  const top = floor(sy);
  const x = <i32>left;
  const y = <i32>top;
  const first = pixels + <usize>(max(y, 0) * width * 3);
  const second = pixels + <usize>(min(y + 1, height - 1) * width * 3);
  const near = <usize>(max(x, 0) * 3);
  const far = <usize>(min(x + 1, width - 1) * 3);
  const above = pairPixels(first + near, first + far);
  const below = pairPixels(second + near, second + far);
  return mix(above, below, <i32>((sx - left) * one + 0.5), <f32>(sy - top));
}

/** Samples where four whole pixels are around the place. @param x, y with `pointBits` bits behind the point */
// @ts-ignore: decorator
@inline
function sampleWithin(pixels: usize, width: i32, x: i64, y: i64): v128 {
  const at = pixels + <usize>((<i32>(y >> pointBits) * width + <i32>(x >> pointBits)) * 3);
  const weight = <i32>(x >> (pointBits - weightBits)) & 16383;
  const down = <f32>(<i32>(y >> (pointBits - weightBits)) & 16383) * <f32>(1 / one);
  return mix(pairNeighbours(v128.load64_zero(at)), pairNeighbours(v128.load64_zero(at + <usize>(width * 3))), weight, down);
}

/** A place or a step with `pointBits` bits behind the point. */
// @ts-ignore: decorator
@inline
function toFixed(value: f64): i64 {
  return <i64>(value * 4294967296.0);
}

/** The first output pixel of a row at which a coordinate is within 0 … limit − 1, with a pixel of reserve. */
// @ts-ignore: decorator
@inline
function enters(start: f64, step: f64, limit: f64): f64 {
  if (step == 0) return start >= 0 && start < limit - 1 ? 0 : Infinity;
  return ceil((step > 0 ? -start : limit - 1 - start) / step) + 1;
}

/** The output pixel from which on it no longer is, with a pixel of reserve. */
// @ts-ignore: decorator
@inline
function leaves(start: f64, step: f64, limit: f64): f64 {
  if (step == 0) return Infinity;
  return floor((step > 0 ? limit - 1 - start : -start) / step) - 1;
}

/** One row of output pixels: its first place in the picture, and what follows from it. */
let rowX: f64 = 0;
let rowY: f64 = 0;
/** The output pixels that are within the picture, with all four pixels around them. */
let within: i32 = 0;
let beyond: i32 = 0;

// @ts-ignore: decorator
@inline
function startRow(y: i32, a: f64, b: f64, c: f64, d: f64, tx: f64, ty: f64, width: i32, height: i32, outWidth: i32): void {
  rowX = a * 0.5 + b * (<f64>y + 0.5) + tx - 0.5;
  rowY = c * 0.5 + d * (<f64>y + 0.5) + ty - 0.5;
  const first = max(enters(rowX, a, <f64>width), enters(rowY, c, <f64>height));
  const last = min(leaves(rowX, a, <f64>width), leaves(rowY, c, <f64>height));
  within = <i32>max(<f64>0, min(<f64>outWidth, first));
  beyond = max(within, <i32>min(<f64>outWidth, last));
}

/** Stores the three channels of an output pixel. */
// @ts-ignore: decorator
@inline
function put(red: usize, green: usize, blue: usize, value: v128): void {
  v128.store_lane<f32>(red, value, 0);
  v128.store_lane<f32>(green, value, 1);
  v128.store_lane<f32>(blue, value, 2);
}

/**
 * Samples colours: at each output pixel (value − mean) · scale of each channel.
 * @param a, b, c, d, tx, ty output pixels → picture pixels
 * @param red, green, blue where the first value of each channel is written
 * @param stride bytes from one output pixel to the next
 */
export function sampleColour(
  pixels: usize, width: i32, height: i32,
  a: f64, b: f64, c: f64, d: f64, tx: f64, ty: f64,
  red: usize, green: usize, blue: usize, stride: usize, outWidth: i32, outHeight: i32, padding: f32,
  meanRed: f32, meanGreen: f32, meanBlue: f32, scaleRed: f32, scaleGreen: f32, scaleBlue: f32,
): void {
  const scale = f32x4(scaleRed, scaleGreen, scaleBlue, 0);
  const offset = f32x4.neg(f32x4.mul(f32x4(meanRed, meanGreen, meanBlue, 0), scale));
  const share = f32x4.mul(scale, f32x4.splat(<f32>(1 / one)));
  const outside = f32x4.splat(padding * <f32>one);
  const stepX = toFixed(a);
  const stepY = toFixed(c);
  for (let y = 0; y < outHeight; y++) {
    startRow(y, a, b, c, d, tx, ty, width, height, outWidth);
    const sx = rowX;
    const sy = rowY;
    const first = within;
    const last = beyond;
    let x = 0;
    for (; x < first; x++, red += stride, green += stride, blue += stride) {
      const value = sampleNearBorder(pixels, width, height, sx + a * <f64>x, sy + c * <f64>x, outside);
      put(red, green, blue, f32x4.add(f32x4.mul(value, share), offset));
    }
    let px = toFixed(sx + a * <f64>x) + halfWeight;
    let py = toFixed(sy + c * <f64>x) + halfWeight;
    for (; x < last; x++, red += stride, green += stride, blue += stride, px += stepX, py += stepY)
      put(red, green, blue, f32x4.add(f32x4.mul(sampleWithin(pixels, width, px, py), share), offset));
    for (; x < outWidth; x++, red += stride, green += stride, blue += stride) {
      const value = sampleNearBorder(pixels, width, height, sx + a * <f64>x, sy + c * <f64>x, outside);
      put(red, green, blue, f32x4.add(f32x4.mul(value, share), offset));
    }
  }
}

/** Samples luma (BT.601): at each output pixel (0.299 R + 0.587 G + 0.114 B − mean) · scale, one float32 after the other. */
export function sampleGrey(
  pixels: usize, width: i32, height: i32,
  a: f64, b: f64, c: f64, d: f64, tx: f64, ty: f64,
  out: usize, outWidth: i32, outHeight: i32, padding: f32, mean: f32, scale: f32,
): void {
  const share = scale / <f32>one;
  const weights = f32x4(0.299 * share, 0.587 * share, 0.114 * share, 0);
  const offset = -mean * scale;
  const outside = f32x4.splat(padding * <f32>one);
  const stepX = toFixed(a);
  const stepY = toFixed(c);
  for (let y = 0; y < outHeight; y++) {
    startRow(y, a, b, c, d, tx, ty, width, height, outWidth);
    const sx = rowX;
    const sy = rowY;
    const first = within;
    const last = beyond;
    let x = 0;
    for (; x < first; x++, out += 4)
      store<f32>(out, weigh(sampleNearBorder(pixels, width, height, sx + a * <f64>x, sy + c * <f64>x, outside), weights) + offset);
    let px = toFixed(sx + a * <f64>x) + halfWeight;
    let py = toFixed(sy + c * <f64>x) + halfWeight;
    for (; x < last; x++, out += 4, px += stepX, py += stepY)
      store<f32>(out, weigh(sampleWithin(pixels, width, px, py), weights) + offset);
    for (; x < outWidth; x++, out += 4)
      store<f32>(out, weigh(sampleNearBorder(pixels, width, height, sx + a * <f64>x, sy + c * <f64>x, outside), weights) + offset);
  }
}

/** The sum of the channels by their weights. */
// @ts-ignore: decorator
@inline
function weigh(value: v128, weights: v128): f32 {
  const shares = f32x4.mul(value, weights);
  return f32x4.extract_lane(shares, 0) + f32x4.extract_lane(shares, 1) + f32x4.extract_lane(shares, 2);
}
