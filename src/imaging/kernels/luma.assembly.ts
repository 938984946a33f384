// Luma (BT.601) of a picture: 0.299 R + 0.587 G + 0.114 B.

/** Writes the luma of each pixel, rounded half up, one byte per pixel. */
export function toLuma(pixels: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    const sum = 299 * <i32>load<u8>(pixels) + 587 * <i32>load<u8>(pixels + 1) + 114 * <i32>load<u8>(pixels + 2);
    store<u8>(out, (sum + 500) / 1000);
    pixels += 3;
    out++;
  }
}

/**
 * Cuts out a rectangle as float32, row by row. Each value is the mean luma of factor × factor pixels.
 * @param pixels the rectangle's first pixel
 * @param rowBytes bytes from one row of the picture to the next
 */
export function cutLuma(pixels: usize, rowBytes: usize, factor: i32, out: usize, width: i32, height: i32): void {
  const share = <f32>1 / <f32>(factor * factor);
  const weights = f32x4(0.299 * share, 0.587 * share, 0.114 * share, 0);
  for (let y = 0; y < height; y++) {
    let at = pixels;
    for (let x = 0; x < width; x++) {
      let sum = i32x4.splat(0);
      for (let j = 0, row = at; j < factor; j++, row += rowBytes) {
        for (let i = 0, from = row; i < factor; i++, from += 3)
          sum = i32x4.add(sum, i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from))));
      }
      const value = f32x4.mul(f32x4.convert_i32x4_s(sum), weights);
      store<f32>(out, f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 2));
      at += <usize>(factor * 3);
      out += 4;
    }
    pixels += rowBytes * <usize>factor;
  }
}
