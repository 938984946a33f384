// Area means of whole pixels.

/**
 * Shrinks a picture by a whole factor, 2..64. Each pixel is the mean of factor × factor pixels, rounded half up.
 * @param pixels the first pixel that counts
 * @param rowBytes bytes from one row of the picture to the next
 * @param sums room for outWidth · factor · 3 + 16 numbers of 16 bits
 */
export function shrink(
  pixels: usize,
  rowBytes: usize,
  factor: i32,
  out: usize,
  outWidth: i32,
  outHeight: i32,
  sums: usize,
): void {
  const bytes = <usize>(outWidth * factor * 3);
  const count = <f32>(factor * factor);
  // A sum plus a half is a whole number: the quarter keeps it above the quotient's rounding error, and below the next.
  const half = f32x4.splat(<f32>((factor * factor) >> 1) + 0.25);
  const inverse = f32x4.splat(<f32>1 / count);
  const step = <usize>(factor * 6);
  for (let row = 0; row < outHeight; row++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      let from = pixels + at;
      let low = v128.load(from);
      let high = i16x8.extend_high_i8x16_u(low);
      low = i16x8.extend_low_i8x16_u(low);
      for (let i = 1; i < factor; i++) {
        from += rowBytes;
        const next = v128.load(from);
        low = i16x8.add(low, i16x8.extend_low_i8x16_u(next));
        high = i16x8.add(high, i16x8.extend_high_i8x16_u(next));
      }
      v128.store(sums + at * 2, low);
      v128.store(sums + at * 2 + 16, high);
    }
    let from = sums;
    for (let column = 0; column < outWidth; column++) {
      let sum = i32x4.extend_low_i16x8_u(v128.load64_zero(from));
      const end = from + step;
      for (let at = from + 6; at < end; at += 6) sum = i32x4.add(sum, i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
      from = end;
      const mean = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(sum), half), inverse));
      store<u8>(out, i32x4.extract_lane(mean, 0));
      store<u8>(out + 1, i32x4.extract_lane(mean, 1));
      store<u8>(out + 2, i32x4.extract_lane(mean, 2));
      out += 3;
    }
    pixels += rowBytes * <usize>factor;
  }
}
