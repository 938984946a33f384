import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { fixture } from '../../fixtures/fixtures.js';
import { Random } from '../../random.js';

interface IconSet {
  readonly width?: number;
  readonly height?: number;
  readonly icons: Readonly<Record<string, { readonly body: string; readonly width?: number; readonly height?: number }>>;
}

/**
 * Noto's emoji on plain or shaded grounds, 200 to 900 pixels, upright or a little tilted.
 * @param every draw only one of so many; each looks as it does among all
 */
export async function drawings(names: readonly string[], seed: number, every = 1): Promise<{ name: string; bytes: Buffer }[]> {
  const set = readIcons();
  const chosen = names.flatMap((name, i) => (i % every === 0 ? [{ name, i }] : []));
  return Promise.all(
    chosen.map(async ({ name, i }) => {
      const random = new Random(seed + i);
      const icon = set.icons[name]!;
      const [w, h] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16];
      const side = random.whole(200, 900);
      const [left, top, size] = [random.between(0, 0.3), random.between(0, 0.3), random.between(0.5, 0.8)];
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${side}" height="${side}">
        <defs><linearGradient id="ground"><stop offset="0" stop-color="${random.colour()}"/><stop offset="1" stop-color="${random.colour()}"/></linearGradient></defs>
        <rect width="${side}" height="${side}" fill="${random.next() < 0.5 ? random.colour() : 'url(#ground)'}"/>
        <g transform="rotate(${random.between(-15, 15)} ${side / 2} ${side / 2})">
        <svg x="${left * side}" y="${top * side}" width="${size * side}" height="${size * side}" viewBox="0 0 ${w} ${h}">${icon.body}</svg></g></svg>`;
      return { name, bytes: await rasterise(svg) };
    }),
  );
}

/** Arrangements of the parts of a face: discs for eyes, a bar for a mouth, in a round or without one. */
export async function arrangements(count: number): Promise<{ name: string; bytes: Buffer }[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const random = new Random(5000 + i);
      const [eye, r, spread] = [random.colour(), random.between(8, 40), random.between(50, 110)];
      const eyes = [-1, 1].map((k) => `<circle cx="${320 + k * spread}" cy="200" r="${r}" fill="${eye}"/>`).join('');
      const mouth = random.pick([
        `<rect x="240" y="320" width="160" height="${random.whole(8, 50)}" fill="${random.colour()}"/>`,
        `<path d="M230 310 Q320 ${random.whole(300, 430)} 410 310" stroke="${random.colour()}" stroke-width="${random.whole(4, 24)}" fill="none"/>`,
      ]);
      const round = random.next() < 0.6 ? `<ellipse cx="320" cy="250" rx="170" ry="210" fill="${random.colour()}"/>` : '';
      const nose = random.next() < 0.5 ? `<path d="M320 220 L300 285 L335 285 Z" fill="${random.colour()}"/>` : '';
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="520"><rect width="640" height="520" fill="${random.colour()}"/>${round}${eyes}${nose}${mouth}</svg>`;
      return { name: `arrangement ${i}`, bytes: await rasterise(svg) };
    }),
  );
}

/** Lines of writing and of a plan. */
export async function writings(count: number): Promise<{ name: string; bytes: Buffer }[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const random = new Random(7000 + i);
      const size = random.whole(10, 44);
      const lines = Array.from({ length: Math.floor(600 / size / 1.4) }, (_, y) => {
        const words = Array.from({ length: 12 }, () => Math.floor(random.next() * 36 ** 6).toString(36)).join(' ');
        return `<text x="16" y="${(y + 1) * size * 1.4}" font-size="${size}" fill="${random.pick(['#111', '#123', '#400'])}">${words}</text>`;
      });
      const strokes = Array.from(
        { length: 30 },
        () =>
          `<path d="M${random.whole(0, 800)} ${random.whole(0, 600)} Q${random.whole(0, 800)} ${random.whole(0, 600)} ${random.whole(0, 800)} ${random.whole(0, 600)}" stroke="#234" stroke-width="${random.whole(1, 5)}" fill="none"/>`,
      );
      const body = i % 2 ? lines : strokes;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="${random.pick(['#fff', '#f4ecd8', '#dde'])}"/>${body.join('')}</svg>`;
      return { name: `${i % 2 ? 'text' : 'strokes'} ${i}`, bytes: await rasterise(svg) };
    }),
  );
}

let icons: IconSet | undefined;
const readIcons = (): IconSet => {
  icons ??= JSON.parse(readFileSync(fixture('icons.json'), 'utf8')) as IconSet;
  return icons;
};

/** The engine's process reads no SVG, so its loader is unblocked: only here, before an engine runs. */
async function rasterise(svg: string): Promise<Buffer> {
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  return sharp(Buffer.from(svg)).removeAlpha().jpeg({ quality: 90 }).toBuffer();
}
