import t from 'tap';
import { reduceGrey } from '../../src/imaging/decode.js';

const [width, height] = [60, 36];
const grey = (lumaAt: (x: number, y: number) => number) => {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.fill(lumaAt(i % width, Math.floor(i / width)), 3 * i, 3 * i + 3);
  return { data, width, height };
};
const noise = grey((x, y) => (x * 37 + y * 91 + x * y) % 256);

t.test('the full size is the green channel; a reduced picture is as bright', async (t) => {
  const whole = await reduceGrey(noise, width, height);
  t.ok(whole.data.every((value, i) => value === noise.data[3 * i + 1]));
  const mean = (data: Uint8Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
  for (const [w, h] of [
    [20, 12],
    [47, 28],
  ] as const)
    t.ok(Math.abs(mean((await reduceGrey(noise, w, h)).data) - mean(whole.data)) < 2, `${w} wide`);
});

t.test('places keep their position at any factor', async (t) => {
  for (const [w, h] of [
    [47, 28],
    [31, 19],
    [59, 35],
    [7, 36],
  ] as const) {
    const { data } = await reduceGrey(
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
  }
});
