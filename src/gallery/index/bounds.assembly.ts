// The arithmetic of the index on rows of codes. Compiled into bounds-binary.ts by `npm run kernels`; a test fails when the two differ.
// All addresses are bytes in the memory of the caller. What the numbers mean: quantize.ts, prefix.ts. Rows have a multiple of 32 values.

/** A row's product with the probe, in four parts; the caller keeps every sum within int32. */
@inline
function multiply(probe: usize, row: usize, stride: usize): v128 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (let end = row + stride; row < end; row += 32, probe += 64) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(probe), v128.load_ext<i8>(row)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(probe, 16), v128.load_ext<i8>(row, 8)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(probe, 32), v128.load_ext<i8>(row, 16)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(probe, 48), v128.load_ext<i8>(row, 24)));
  }
  return i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
}

/**
 * Lists the rows whose bound reaches `least`: product · scale · step + error · perError + rest · perRest, in float32.
 * @param probe int16 codes
 * @param codes int8, row after row
 * @param columns scales of the rows, float32; `apart` bytes further on their errors, and again their rests
 * @param count a multiple of 4
 * @param out receives the positions of these rows, int32
 * @returns how many
 */
export function filterRows(
  probe: usize,
  codes: usize,
  stride: usize,
  columns: usize,
  apart: usize,
  count: i32,
  step: f32,
  perError: f32,
  perRest: f32,
  least: f32,
  out: usize,
): i32 {
  const from = out;
  for (let i = 0; i < count; i += 4, columns += 16) {
    const a = multiply(probe, codes, stride);
    const b = multiply(probe, codes + stride, stride);
    const c = multiply(probe, codes + (stride << 1), stride);
    const d = multiply(probe, codes + stride * 3, stride);
    codes += stride << 2;
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
    const products = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
    let bound = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(products), f32x4.splat(step)), v128.load(columns));
    bound = f32x4.add(bound, f32x4.mul(v128.load(columns + apart), f32x4.splat(perError)));
    bound = f32x4.add(bound, f32x4.mul(v128.load(columns + (apart << 1)), f32x4.splat(perRest)));
    for (let mask = i32x4.bitmask(f32x4.ge(bound, f32x4.splat(least))); mask; mask &= mask - 1) {
      store<i32>(out, i + ctz(mask));
      out += 4;
    }
  }
  return <i32>((out - from) >> 2);
}

/** The same for the rows at these positions only, without rests. `out` may be `list`. */
export function filterListed(
  probe: usize,
  codes: usize,
  stride: usize,
  columns: usize,
  apart: usize,
  list: usize,
  count: i32,
  step: f32,
  perError: f32,
  least: f32,
  out: usize,
): i32 {
  const from = out;
  for (const end = list + (count << 2); list < end; list += 4) {
    const i = <usize>load<i32>(list);
    const parts = multiply(probe, codes + i * stride, stride);
    const product =
      i32x4.extract_lane(parts, 0) + i32x4.extract_lane(parts, 1) + i32x4.extract_lane(parts, 2) + i32x4.extract_lane(parts, 3);
    const column = columns + (i << 2);
    const bound = <f32>product * step * load<f32>(column) + load<f32>(column + apart) * perError;
    if (bound < least) continue;
    store<i32>(out, <i32>i);
    out += 4;
  }
  return <i32>((out - from) >> 2);
}

/**
 * With c = 256 · coarse + fine: writes the sums of probe · c and of c · c, in float64.
 * @param probe float64
 * @param coarse int8
 * @param fine int8
 */
export function multiplyFine(probe: usize, coarse: usize, fine: usize, length: usize, out: usize): void {
  let products = f64x2.splat(0);
  let others = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let otherSquares = f64x2.splat(0);
  for (const end = coarse + length; coarse < end; coarse += 8, fine += 8, probe += 64) {
    const codes = i16x8.add(i16x8.shl(v128.load_ext<i8>(coarse), 8), v128.load_ext<i8>(fine));
    const low = i32x4.extend_low_i16x8_s(codes);
    const high = i32x4.extend_high_i16x8_s(codes);
    const a = f64x2.convert_low_i32x4_s(low);
    const b = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(low, low, 2, 3, 2, 3));
    const c = f64x2.convert_low_i32x4_s(high);
    const d = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(high, high, 2, 3, 2, 3));
    products = f64x2.add(products, f64x2.mul(v128.load(probe), a));
    others = f64x2.add(others, f64x2.mul(v128.load(probe, 16), b));
    products = f64x2.add(products, f64x2.mul(v128.load(probe, 32), c));
    others = f64x2.add(others, f64x2.mul(v128.load(probe, 48), d));
    squares = f64x2.add(squares, f64x2.mul(a, a));
    otherSquares = f64x2.add(otherSquares, f64x2.mul(b, b));
    squares = f64x2.add(squares, f64x2.mul(c, c));
    otherSquares = f64x2.add(otherSquares, f64x2.mul(d, d));
  }
  products = f64x2.add(products, others);
  squares = f64x2.add(squares, otherSquares);
  store<f64>(out, f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1));
  store<f64>(out + 8, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
}

/** Writes the products of a vector with these rows, all float32. Each sum has sixteen parts. */
export function project(rows: usize, vector: usize, length: usize, count: i32, out: usize): void {
  const end = vector + (length << 2);
  for (let i = 0; i < count; i++, out += 4) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let at = vector; at < end; at += 64, rows += 64) {
      a = f32x4.add(a, f32x4.mul(v128.load(rows), v128.load(at)));
      b = f32x4.add(b, f32x4.mul(v128.load(rows, 16), v128.load(at, 16)));
      c = f32x4.add(c, f32x4.mul(v128.load(rows, 32), v128.load(at, 32)));
      d = f32x4.add(d, f32x4.mul(v128.load(rows, 48), v128.load(at, 48)));
    }
    a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    store<f32>(
      out,
      f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3)),
    );
  }
}
