import sharp from 'sharp';
import { Random } from '../../random.js';

type Colour = readonly [number, number, number];
/** The colour of a pixel, 0..255 per channel. */
type Paint = (x: number, y: number) => Colour;

/** Patterns without a face, by seed; 640×480 or 480×640. */
export async function patterns(count: number): Promise<{ name: string; bytes: Buffer }[]> {
  const kinds = Object.keys(painters);
  const made: { name: string; bytes: Buffer }[] = [];
  for (let i = 0; i < count; i++) {
    const random = new Random(1000 + i);
    const kind = kinds[i % kinds.length]!;
    const [width, height] = i % 2 ? [480, 640] : [640, 480];
    made.push({ name: `${kind} ${i}`, bytes: await paint(width!, height!, painters[kind]!(random, width!, height!)) });
  }
  return made;
}

const painters: Readonly<Record<string, (random: Random, width: number, height: number) => Paint>> = {
  gradient(random, width, height) {
    const [from, to, angle] = [colour(random), colour(random), random.between(0, Math.PI)];
    return (x, y) => mix(from, to, (Math.cos(angle) * x) / width / 2 + (Math.sin(angle) * y) / height / 2 + 0.5);
  },
  noise(random) {
    const [middle, spread] = [colour(random), random.between(5, 60)];
    return () => [0, 1, 2].map((i) => middle[i]! + random.normal() * spread) as unknown as Colour;
  },
  checkerboard(random) {
    const [p, q, size] = [colour(random), colour(random), random.whole(6, 90)];
    return (x, y) => ((Math.floor(x / size) + Math.floor(y / size)) % 2 ? p : q);
  },
  texture(random) {
    const [p, q, field] = [colour(random), colour(random), valueNoise(random, random.between(0.01, 0.08))];
    return (x, y) => mix(p, q, field(x, y));
  },
  circles(random, width, height) {
    const ground = colour(random);
    const discs = Array.from({ length: random.whole(3, 40) }, () => ({
      x: random.between(0, width),
      y: random.between(0, height),
      r: random.between(8, 110),
      colour: colour(random),
    }));
    return (x, y) => discs.find((d) => Math.hypot(x - d.x, y - d.y) < d.r)?.colour ?? ground;
  },
  stripes(random) {
    const [p, q, angle, size] = [colour(random), colour(random), random.between(0, Math.PI), random.between(4, 60)];
    return (x, y) => mix(p, q, 0.5 + 0.5 * Math.sin((Math.cos(angle) * x + Math.sin(angle) * y) / size));
  },
  marble(random) {
    const [p, q, field] = [colour(random), colour(random), valueNoise(random, random.between(0.005, 0.03))];
    return (x, y) => mix(p, q, 0.5 + 0.5 * Math.sin(x * 0.02 + field(x, y) * 14));
  },
  clouds(random) {
    const field = valueNoise(random, random.between(0.004, 0.02));
    const skin: Colour = [random.between(120, 240), random.between(90, 190), random.between(70, 170)];
    return (x, y) => mix([40, 25, 20], skin, field(x, y));
  },
};

const colour = (random: Random): Colour => [random.between(0, 255), random.between(0, 255), random.between(0, 255)];

const mix = (p: Colour, q: Colour, part: number): Colour => {
  const t = Math.min(1, Math.max(0, part));
  return [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t, p[2] + (q[2] - p[2]) * t];
};

/** Smooth noise of four octaves, 0..1. @param frequency of the first octave, per pixel */
function valueNoise(random: Random, frequency: number): (x: number, y: number) => number {
  const side = 64;
  const lattice = Float32Array.from({ length: side * side }, () => random.next());
  const at = (x: number, y: number): number => lattice[(y & (side - 1)) * side + (x & (side - 1))]!;
  const smooth = (t: number): number => t * t * (3 - 2 * t);
  const octave = (x: number, y: number): number => {
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [smooth(x - x0), smooth(y - y0)];
    const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
    const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  };
  return (x, y) =>
    [1, 2, 4, 8].reduce((sum, k) => sum + octave(x * frequency * k, y * frequency * k) / k, 0) / (1 + 0.5 + 0.25 + 0.125);
}

function paint(width: number, height: number, at: Paint): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = at(x, y);
      for (let i = 0; i < 3; i++) data[(y * width + x) * 3 + i] = Math.max(0, Math.min(255, pixel[i]!));
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}
