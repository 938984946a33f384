// Power spectrum of a patch of 128×128 numbers, and the rank of its values. Four rows, or four columns, are transformed at a time: each
// is a lane of the vectors.

const size: i32 = 128;
/** Columns of the half spectrum (0 … 64), padded to a multiple of four. */
const columns: i32 = 68;
const half: i32 = size >> 1;

/** The bits of a number below 128 in reverse. */
// @ts-ignore: decorator
@inline
function reverseBits(i: i32): i32 {
  i = ((i & 0x55) << 1) | ((i >> 1) & 0x55);
  i = ((i & 0x33) << 2) | ((i >> 2) & 0x33);
  return (((i & 0x0f) << 4) | (i >> 4)) >> 1;
}

/**
 * Four Fourier transforms of length 128, in place: radix 2, decimation in time, of values in the order of their reversed bits.
 * @param real, imaginary the first vector of each part
 * @param stride bytes from one vector to the next
 * @param turns cos(2πk/128) and −sin(2πk/128) as pairs, k = 0 … 63
 */
function transform(real: usize, imaginary: usize, stride: usize, turns: usize): void {
  for (let span = 1; span < size; span <<= 1) {
    const apart = <usize>span * stride;
    const turn = <usize>(half / span) * 8;
    for (let start = 0; start < size; start += span << 1) {
      let p = <usize>start * stride;
      let at = turns;
      for (let i = 0; i < span; i++) {
        const cosine = v128.load32_splat(at);
        const sine = v128.load32_splat(at + 4);
        const q = p + apart;
        const re = v128.load(real + q);
        const im = v128.load(imaginary + q);
        const turnedRe = f32x4.sub(f32x4.mul(re, cosine), f32x4.mul(im, sine));
        const turnedIm = f32x4.add(f32x4.mul(re, sine), f32x4.mul(im, cosine));
        const ownRe = v128.load(real + p);
        const ownIm = v128.load(imaginary + p);
        v128.store(real + p, f32x4.add(ownRe, turnedRe));
        v128.store(imaginary + p, f32x4.add(ownIm, turnedIm));
        v128.store(real + q, f32x4.sub(ownRe, turnedRe));
        v128.store(imaginary + q, f32x4.sub(ownIm, turnedIm));
        p += stride;
        at += turn;
      }
    }
  }
}

/**
 * The power spectrum of a patch after subtracting its mean and applying a window.
 * @param patch 128×128 float32, column by column
 * @param taper the window along either axis, 128 float32
 * @param turns see `transform`
 * @param work room for 2·128·4 + 2·128·68 float32
 * @param powers 128·68 float32 are written: the power of the frequency (x, y), x = 0 … 64, at y · 68 + x
 */
export function measureSpectrum(patch: usize, taper: usize, turns: usize, work: usize, powers: usize): void {
  let sum: f64 = 0;
  for (let x = 0; x < size; x++) {
    let line = f32x4.splat(0);
    for (let y = 0; y < size; y += 4) line = f32x4.add(line, v128.load(patch + <usize>((x * size + y) << 2)));
    sum += f32x4.extract_lane(line, 0) + f32x4.extract_lane(line, 1) + f32x4.extract_lane(line, 2) + f32x4.extract_lane(line, 3);
  }
  const mean = f32x4.splat(<f32>(sum / (size * size)));

  const real = work;
  const imaginary = real + size * 16;
  const allReal = imaginary + size * 16;
  const allImaginary = allReal + size * columns * 4;
  // Along x. Two real rows are one complex row: y and y + 64.
  for (let y = 0; y < half; y += 4) {
    // Halved, for the separation below.
    const upper = f32x4.mul(v128.load(taper + <usize>(y << 2)), f32x4.splat(0.5));
    const lower = f32x4.mul(v128.load(taper + <usize>((y + half) << 2)), f32x4.splat(0.5));
    for (let x = 0; x < size; x++) {
      const to = <usize>(reverseBits(x) << 4);
      const from = patch + <usize>((x * size + y) << 2);
      const window = v128.load32_splat(taper + <usize>(x << 2));
      v128.store(real + to, f32x4.mul(f32x4.mul(f32x4.sub(v128.load(from), mean), window), upper));
      v128.store(imaginary + to, f32x4.mul(f32x4.mul(f32x4.sub(v128.load(from + half * 4), mean), window), lower));
    }
    transform(real, imaginary, 16, turns);
    // Separates the two rows, and puts each where the transform along y reads it.
    for (let x = 0; x <= half; x++) {
      const at = <usize>(x << 4);
      const mirrored = <usize>(((size - x) & (size - 1)) << 4);
      const re = v128.load(real + at);
      const im = v128.load(imaginary + at);
      const otherRe = v128.load(real + mirrored);
      const otherIm = v128.load(imaginary + mirrored);
      storeRows(allReal, x, y, f32x4.add(re, otherRe));
      storeRows(allImaginary, x, y, f32x4.sub(im, otherIm));
      storeRows(allReal, x, y + half, f32x4.add(im, otherIm));
      storeRows(allImaginary, x, y + half, f32x4.sub(otherRe, re));
    }
  }
  // Along y, four columns at a time.
  for (let x = 0; x < columns; x += 4) {
    const first = <usize>(x << 2);
    transform(allReal + first, allImaginary + first, columns * 4, turns);
    for (let y = 0; y < size; y++) {
      const at = first + <usize>(y * columns * 4);
      const re = v128.load(allReal + at);
      const im = v128.load(allImaginary + at);
      v128.store(powers + at, f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im)));
    }
  }
}

/** Stores one value of four rows, from row y on, in column x; the rows are in the order of their reversed bits. */
// @ts-ignore: decorator
@inline
function storeRows(to: usize, x: i32, y: i32, values: v128): void {
  const at = to + <usize>(x << 2);
  v128.store_lane<f32>(at + <usize>(reverseBits(y) * columns * 4), values, 0);
  v128.store_lane<f32>(at + <usize>(reverseBits(y + 1) * columns * 4), values, 1);
  v128.store_lane<f32>(at + <usize>(reverseBits(y + 2) * columns * 4), values, 2);
  v128.store_lane<f32>(at + <usize>(reverseBits(y + 3) * columns * 4), values, 3);
}

/**
 * The greatest of some values over their median (the upper one of an even number).
 * @param points offset of each in bytes, uint32
 * @param work room for `count` float32
 */
export function standOut(values: usize, points: usize, count: i32, work: usize): f32 {
  let greatest: f32 = 0;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(values + load<u32>(points + (<usize>i << 2)));
    store<f32>(work + (<usize>i << 2), value);
    greatest = max(greatest, value);
  }
  return greatest / max(<f32>1e-12, select(work, count, count >> 1));
}

/** The value that would be at a place if the values were sorted. Quickselect; reorders them. */
function select(values: usize, count: i32, place: i32): f32 {
  const wanted = values + (<usize>place << 2);
  let left = values;
  let right = values + (<usize>(count - 1) << 2);
  while (left < right) {
    const pivot = load<f32>(wanted);
    let i = left;
    let j = right;
    do {
      while (load<f32>(i) < pivot) i += 4;
      while (pivot < load<f32>(j)) j -= 4;
      if (i <= j) {
        const value = load<f32>(i);
        store<f32>(i, load<f32>(j));
        store<f32>(j, value);
        i += 4;
        j -= 4;
      }
    } while (i <= j);
    if (j < wanted) left = i;
    if (wanted < i) right = j;
  }
  return load<f32>(wanted);
}
