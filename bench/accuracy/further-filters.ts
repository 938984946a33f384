import {
  blurGrey,
  clamp,
  type each,
  type Filter,
  fromGrey,
  median,
  mosaic,
  posterise,
  toGrey,
} from '../../test/fixtures/nobody.js';

/** Painting: each pixel takes the mean of the calmest of the four squares that it is a corner of (Kuwahara, 1976). */
const paint =
  (part: number): Filter =>
  (picture, face) => {
    const { data, width, height } = picture;
    const reach = Math.max(2, Math.round(face * part));
    const channels = [0, 1, 2].map((channel) => sumUp(width, height, (at) => data[at * 3 + channel]!));
    const grey = toGrey(picture);
    const squares = sumUp(width, height, (at) => grey[at]! ** 2);
    const sums = sumUp(width, height, (at) => grey[at]!);
    const out = new Uint8Array(data.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let calmest = { spread: Number.POSITIVE_INFINITY, mean: (_: number): number => 0 };
        for (const [dx, dy] of [
          [-reach, -reach],
          [0, -reach],
          [-reach, 0],
          [0, 0],
        ] as const) {
          const [x1, y1] = [Math.max(0, x + dx), Math.max(0, y + dy)];
          const [x2, y2] = [Math.min(width, x + dx + reach + 1), Math.min(height, y + dy + reach + 1)];
          const count = (x2 - x1) * (y2 - y1);
          const spread = squares(x1, y1, x2, y2) / count - (sums(x1, y1, x2, y2) / count) ** 2;
          if (spread < calmest.spread) calmest = { spread, mean: (channel) => channels[channel]!(x1, y1, x2, y2) / count };
        }
        for (let channel = 0; channel < 3; channel++) out[(y * width + x) * 3 + channel] = calmest.mean(channel);
      }
    }
    return { data: out, width, height };
  };

/** Returns the sum of a rectangle, by a summed-area table. */
function sumUp(width: number, height: number, value: (at: number) => number) {
  const table = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += value(y * width + x);
      table[(y + 1) * (width + 1) + x + 1] = table[y * (width + 1) + x + 1]! + row;
    }
  }
  const at = (x: number, y: number): number => table[y * (width + 1) + x]!;
  return (x1: number, y1: number, x2: number, y2: number): number => at(x2, y2) - at(x1, y2) - at(x2, y1) + at(x1, y1);
}

/** Pictures of nobody that are caught in part or not at all. */
export const furtherFilters: Readonly<Record<string, Filter>> = {
  'sixteen tones': posterise(16),
  'fine painting': paint(0.01),
  'coarse painting': paint(0.025),
  'mosaic of 40 cells': mosaic(40),
  'mosaic of 60 cells': mosaic(60),
  'median of 2 %': (picture, face) => median(picture, face * 0.02),
  'median of 4 %': (picture, face) => median(picture, face * 0.04),
  'median of 7 %': (picture, face) => median(picture, Math.min(35, face * 0.07)),
  'negative in grey': (picture) =>
    fromGrey(
      toGrey(picture).map((v) => 255 - v),
      picture,
    ),
  'grey with a steep tone curve': (picture) =>
    fromGrey(
      toGrey(picture).map((v) => 255 / (1 + Math.exp(-(v - 110) / 14))),
      picture,
    ),
  'pencil sketch': async (picture, face) => {
    const grey = toGrey(picture);
    const inverse = grey.map((v) => 255 - v);
    const soft = await blurGrey(inverse, picture, Math.max(1, face * 0.015));
    return fromGrey(
      grey.map((v, i) => Math.min(255, (v * 255) / Math.max(1, 255 - soft[i]!))),
      picture,
    );
  },
  embossed: (picture) => {
    const { width, height } = picture;
    const grey = toGrey(picture);
    const relief = grey.map((_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const isInside = x > 0 && y > 0 && x < width - 1 && y < height - 1;
      return isInside ? 128 + 2 * (grey[at + width + 1]! - grey[at - width - 1]!) : 128;
    });
    return fromGrey(relief, picture);
  },
  'warm light (photograph)': (picture) => tint(picture, 1.2, 0.75),
  'cold light (photograph)': (picture) => tint(picture, 0.75, 1.2),
};

const tint = (picture: Parameters<typeof each>[0], red: number, blue: number) => ({
  ...picture,
  data: picture.data.map((v, i) => clamp(i % 3 === 0 ? v * red : i % 3 === 2 ? v * blue : v)),
});
