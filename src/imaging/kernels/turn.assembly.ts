// Quarter turns.

/** Side of the squares in which pixels are copied: their source stays in the cache. */
const tile: i32 = 32;

/**
 * Copies a picture so that its rows become columns, or its order is reversed.
 * @param first the pixel that comes first in the result
 * @param across bytes from the source of one pixel to that of the next one in a row of the result
 * @param down the same, for the next row
 */
export function turn(first: usize, across: isize, down: isize, out: usize, width: i32, height: i32): void {
  for (let top = 0; top < height; top += tile) {
    const bottom = min(top + tile, height);
    for (let left = 0; left < width; left += tile) {
      const right = min(left + tile, width);
      for (let y = top; y < bottom; y++) {
        let from = first + y * down + left * across;
        let to = out + <usize>((y * width + left) * 3);
        for (let x = left; x < right; x++) {
          store<u16>(to, load<u16>(from));
          store<u8>(to, load<u8>(from, 2), 2);
          from += across;
          to += 3;
        }
      }
    }
  }
}
