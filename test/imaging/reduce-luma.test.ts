import t from 'tap';
import { shrink } from '../../src/imaging/crop.js';
import { toLuma } from '../../src/imaging/luma.js';
import { reduceLuma } from '../../src/imaging/reduce-luma.js';

const [width, height] = [60, 36];
const grey = (lumaAt: (x: number, y: number) => number) => {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.fill(lumaAt(i % width, Math.floor(i / width)), 3 * i, 3 * i + 3);
  return { data, width, height };
};
const noise = grey((x, y) => (x * 37 + y * 91 + x * y) % 256);

t.test('a whole factor gives the mean of the squares; the full size, the luma', async (t) => {
  const whole = reduceLuma(noise, width, height);
  const luma = toLuma(noise).data;
  t.ok(whole.data.every((value, i) => Math.abs(value - luma[i]!) <= 1));
  const third = reduceLuma(noise, 20, 12);
  const squares = toLuma(shrink(noise, 3)).data;
  t.ok(third.data.every((value, i) => Math.abs(value - squares[i]!) <= 1));
});

t.test('places keep their position at any factor', async (t) => {
  for (const [w, h] of [
    [47, 28],
    [31, 19],
    [59, 35],
    [7, 36],
  ] as const) {
    const { data } = reduceLuma(
      grey((x, y) => (x === 23 && y === 14 ? 255 : 0)),
      w,
      h,
    );
    let [sum, sx, sy] = [0, 0, 0];
    data.forEach((value, i) => {
      sum += value;
      sx += value * ((i % w) + 0.5);
      sy += value * (Math.floor(i / w) + 0.5);
    });
    t.ok(Math.abs(sx / sum / w - 23.5 / width) < 0.6 / w, `${w} wide`);
    t.ok(Math.abs(sy / sum / h - 14.5 / height) < 0.6 / h, `${h} high`);
    // Nothing of the light is lost, apart from rounding.
    t.ok(Math.abs((sum * width * height) / (w * h) - 255) < (2.5 * width * height) / (w * h), 'sum');
  }
});
