// Statistics of a patch of luma: float32, row by row. Four neighbours are computed at a time; lanes beyond the last column are masked.

/** Which of the four columns from x on are within from … to − 1: all bits of a lane, or none. */
// @ts-ignore: decorator
@inline
function maskColumns(x: i32, from: i32, to: i32): v128 {
  const columns = i32x4.add(i32x4.splat(x), i32x4(0, 1, 2, 3));
  return v128.and(i32x4.ge_s(columns, i32x4.splat(from)), i32x4.lt_s(columns, i32x4.splat(to)));
}

// @ts-ignore: decorator
@inline
function addLanes(values: v128): f64 {
  return (
    <f64>f32x4.extract_lane(values, 0) + <f64>f32x4.extract_lane(values, 1) +
    <f64>f32x4.extract_lane(values, 2) + <f64>f32x4.extract_lane(values, 3)
  );
}

/**
 * Steps of brightness. The border pixels are left out.
 * @param bins of the histogram per grey level
 * @param sums three float64 are written: the sum of the squares of the steps, of the products of neighbouring steps, and the number
 *   of gradients counted
 * @param histogram uint32, zeros: the gradients of the pixels from `darkest` to `brightest` are counted in it
 */
export function measureSteps(
  luma: usize, width: i32, height: i32, darkest: f32, brightest: f32, bins: f32, sums: usize, histogram: usize,
): void {
  const row = <usize>(width * 4);
  let squares: f64 = 0;
  let products: f64 = 0;
  let counted = 0;
  for (let y = 1; y < height - 1; y++) {
    let own = f32x4.splat(0);
    let next = f32x4.splat(0);
    for (let x = 1; x < width - 1; x += 4) {
      const at = luma + <usize>y * row + <usize>(x * 4);
      const within = maskColumns(x, 1, width - 1);
      const value = v128.load(at);
      const left = v128.and(f32x4.sub(value, v128.load(at - 4)), within);
      const right = v128.and(f32x4.sub(v128.load(at + 4), value), within);
      const above = v128.and(f32x4.sub(value, v128.load(at - row)), within);
      const below = v128.and(f32x4.sub(v128.load(at + row), value), within);
      own = f32x4.add(own, f32x4.add(f32x4.mul(left, left), f32x4.mul(above, above)));
      next = f32x4.add(next, f32x4.add(f32x4.mul(left, right), f32x4.mul(above, below)));
      const across = f32x4.add(left, right);
      const down = f32x4.add(above, below);
      const gradient = f32x4.sqrt(f32x4.add(f32x4.mul(across, across), f32x4.mul(down, down)));
      const bin = i32x4.trunc_sat_f32x4_u(f32x4.mul(gradient, f32x4.splat(bins / 2)));
      const unclipped = v128.and(f32x4.ge(value, f32x4.splat(darkest)), f32x4.le(value, f32x4.splat(brightest)));
      const counts = i32x4.bitmask(v128.and(unclipped, within));
      if (counts & 1) count(histogram, i32x4.extract_lane(bin, 0));
      if (counts & 2) count(histogram, i32x4.extract_lane(bin, 1));
      if (counts & 4) count(histogram, i32x4.extract_lane(bin, 2));
      if (counts & 8) count(histogram, i32x4.extract_lane(bin, 3));
      counted += popcnt(counts);
    }
    squares += addLanes(own);
    products += addLanes(next);
  }
  store<f64>(sums, squares);
  store<f64>(sums + 8, products);
  store<f64>(sums + 16, counted);
}

// @ts-ignore: decorator
@inline
function count(histogram: usize, bin: i32): void {
  const at = histogram + (<usize>bin << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Counts the values by their whole number, rounded half up and limited to 0 … 255. @param counts 256 uint32, zeros */
export function countLevels(luma: usize, length: i32, counts: usize): void {
  for (let i = 0; i < length; i++) {
    const level = <i32>floor(load<f32>(luma + (<usize>i << 2)) + 0.5);
    count(counts, min(255, max(0, level)));
  }
}

/**
 * Adds up how much each step of brightness exceeds the mean of the steps on either side, by the column and by the row modulo 8.
 * @param sums 16 float64, zeros: 8 for steps along the rows, 8 for those along the columns
 */
export function addGridSteps(luma: usize, width: i32, height: i32, sums: usize): void {
  const row = <usize>(width * 4);
  for (let y = 1; y < height - 2; y++) {
    const line = luma + <usize>y * row;
    const secondAbove = y > 1 ? 2 * row : row;
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let down = f32x4.splat(0);
    for (let x = 0; x < width - 2; x += 8) {
      const first = line + <usize>(x * 4);
      const within = maskColumns(x, 1, width - 2);
      even = f32x4.add(even, v128.and(stepBeyondTrend(first, 4, 8), within));
      down = f32x4.add(down, v128.and(stepBeyondTrend(first, row, secondAbove), within));
      const second = first + 16;
      const within2 = maskColumns(x + 4, 1, width - 2);
      odd = f32x4.add(odd, v128.and(stepBeyondTrend(second, 4, 8), within2));
      down = f32x4.add(down, v128.and(stepBeyondTrend(second, row, secondAbove), within2));
    }
    addTo(sums, even);
    addTo(sums + 32, odd);
    const at = sums + 64 + <usize>((y & 7) << 3);
    store<f64>(at, load<f64>(at) + addLanes(down));
  }
}

/** The step from the pixel before, less the mean of the steps before and behind it. @param stride bytes @param twice to the pixel before that */
// @ts-ignore: decorator
@inline
function stepBeyondTrend(at: usize, stride: usize, twice: usize): v128 {
  const value = v128.load(at);
  const before = v128.load(at - stride);
  const step = f32x4.sub(value, before);
  const around = f32x4.sub(v128.load(at + stride), v128.load(at - twice));
  return f32x4.abs(f32x4.sub(step, f32x4.mul(f32x4.sub(around, step), f32x4.splat(0.5))));
}

// @ts-ignore: decorator
@inline
function addTo(sums: usize, values: v128): void {
  store<f64>(sums, load<f64>(sums) + <f64>f32x4.extract_lane(values, 0));
  store<f64>(sums + 8, load<f64>(sums + 8) + <f64>f32x4.extract_lane(values, 1));
  store<f64>(sums + 16, load<f64>(sums + 16) + <f64>f32x4.extract_lane(values, 2));
  store<f64>(sums + 24, load<f64>(sums + 24) + <f64>f32x4.extract_lane(values, 3));
}

/**
 * The response of Immerkær's mask, which ignores shades and straight edges: per block of 8×8 pixels the sum of its absolute values. The
 * blocks begin at (1, 1).
 * @param out float32 per block, row by row
 */
export function addNoise(luma: usize, width: i32, blocksAcross: i32, blocksDown: i32, out: usize): void {
  const row = <usize>(width * 4);
  for (let down = 0; down < blocksDown; down++) {
    for (let across = 0; across < blocksAcross; across++) {
      let at = luma + <usize>(down * 8 + 1) * row + <usize>((across * 8 + 1) * 4);
      let sum = f32x4.splat(0);
      for (let y = 0; y < 8; y++) {
        sum = f32x4.add(sum, f32x4.add(respond(at, row), respond(at + 16, row)));
        at += row;
      }
      store<f32>(out, <f32>addLanes(sum));
      out += 4;
    }
  }
}

/** |4 · own − 2 · beside + across| of four pixels. */
// @ts-ignore: decorator
@inline
function respond(at: usize, row: usize): v128 {
  const above = at - row;
  const below = at + row;
  const beside = f32x4.add(
    f32x4.add(v128.load(at - 4), v128.load(at + 4)),
    f32x4.add(v128.load(above), v128.load(below)),
  );
  const across = f32x4.add(
    f32x4.add(v128.load(above - 4), v128.load(above + 4)),
    f32x4.add(v128.load(below - 4), v128.load(below + 4)),
  );
  const own = f32x4.mul(v128.load(at), f32x4.splat(4));
  return f32x4.abs(f32x4.add(f32x4.sub(own, f32x4.add(beside, beside)), across));
}
