import sharp from 'sharp';
import { boxHeight } from '../../../src/imaging/geometry.js';
import { asJpeg } from './canvas.js';
import type { Base, Expectation, Series } from './series.js';

/** Changes that leave a good picture good: scale, mirroring, format, bars beside or above the picture. */
export const harmless = (base: Base): Series[] => [
  {
    ...one,
    variant: 'scale',
    steps: [0.4, 0.5, 0.7, 1, 1.5, 2, 3].map((scale) => ({
      label: `scale ×${scale}`,
      // Fewer pixels between the eyes than every preset asks for are rightly refused.
      expect: base.face.eyeDistance * scale >= 28 ? 'must-not' : 'grey',
      make: () => asJpeg(sharp(base.bytes).resize(Math.round(base.width * scale))),
    })),
  },
  {
    ...one,
    variant: 'form',
    steps: [
      { label: 'mirrored', expect: 'must-not', make: () => asJpeg(sharp(base.bytes).flop()) },
      { label: 'PNG', expect: 'must-not', make: async () => base.bytes },
      { label: 'WebP', expect: 'must-not', make: () => sharp(base.bytes).webp({ quality: 80 }).toBuffer() },
      {
        label: 'progressive JPEG',
        expect: 'must-not',
        make: () => sharp(base.bytes).jpeg({ quality: 85, progressive: true }).toBuffer(),
      },
    ],
  },
  {
    ...one,
    variant: 'bars',
    steps: ['#000', '#fff', '#808080'].flatMap((background) =>
      [1.2, 1.4, 1.8].flatMap((longer) => [letterbox(base, background, 1, longer), letterbox(base, background, longer, 1)]),
    ),
  },
];

const one = { name: 'harmless changes', findings: ['face-too-small'], isGraded: false } as const;

function letterbox({ bytes, width, height, face }: Base, background: string, wider: number, higher: number) {
  const [beside, above] = [Math.round((width * (wider - 1)) / 2), Math.round((height * (higher - 1)) / 2)];
  const size = boxHeight(face.box) / Math.sqrt(width * wider * height * higher);
  const expect: Expectation = boxHeight(face.box) / (height * higher) >= 0.2 && size >= 0.22 ? 'must-not' : 'grey';
  return {
    label: `bars ${background}, ×${wider} wide, ×${higher} high`,
    expect,
    make: () => asJpeg(sharp(bytes).extend({ left: beside, right: beside, top: above, bottom: above, background })),
  };
}
