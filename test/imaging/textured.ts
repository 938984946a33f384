import type { LumaImage } from '../../src/imaging/luma.js';

/** A smooth random texture that is defined everywhere, 0..255: a sum of waves in all directions. */
export function makeTexture(seed: number): (x: number, y: number) => number {
  const waves = Array.from({ length: 24 }, (_, i) => {
    const angle = (i * 2.399963 + seed) % (2 * Math.PI);
    const length = 9 + ((i * 7.31 + seed * 3.7) % 50);
    return { kx: (Math.cos(angle) * 2 * Math.PI) / length, ky: (Math.sin(angle) * 2 * Math.PI) / length, phase: i * i + seed };
  });
  return (x, y) => {
    let sum = 0;
    for (const { kx, ky, phase } of waves) sum += Math.sin(kx * x + ky * y + phase);
    return Math.min(255, Math.max(0, 128 + 16 * sum));
  };
}

/** Paints a picture: the luma of each pixel by the place of its centre. */
export function paint(width: number, height: number, lumaAt: (x: number, y: number) => number): LumaImage {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = Math.round(lumaAt(x + 0.5, y + 0.5));
  return { data, width, height };
}
