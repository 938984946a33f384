import sharp from 'sharp';
import { Random } from '../../random.js';
import { asJpeg, mapPixels } from './canvas.js';
import type { Base, Series } from './series.js';

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toStored = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
/** A stored value, 0..255, after the light was multiplied. */
const exposed = (value: number, factor: number): number =>
  255 * Math.min(1, toStored(Math.min(1, toLinear(value / 255) * factor)));

const expose = (base: Base, factors: readonly [number, number, number]): Promise<Buffer> => {
  const tables = factors.map((factor) => Uint8Array.from({ length: 256 }, (_, v) => Math.round(exposed(v, factor))));
  return mapPixels(base, (data, at) => {
    for (let i = 0; i < 3; i++) data[at + i] = tables[i]![data[at + i]!]!;
  });
};

/** Less light, down to a hundredth. What must be found depends on how bright the face then is. */
export const darkness = (base: Base): Series[] => [
  {
    name: 'darkness',
    variant: '',
    findings: ['conditions-not-met', 'scene-not-visible'],
    isGraded: true,
    steps: [1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01].map((factor) => {
      const luma = exposed(base.face.luminance, factor);
      return {
        label: `×${factor}`,
        expect: luma >= 48 ? 'must-not' : luma <= 30 ? 'must' : 'grey',
        ...(luma < 12 ? { alsoTrue: ['face-not-found' as const] } : {}),
        make: () => expose(base, [factor, factor, factor]),
      };
    }),
  },
];

/** More light, up to eightfold and beyond. */
export const overexposure = (base: Base): Series[] => [
  {
    name: 'overexposure',
    variant: '',
    findings: ['conditions-not-met', 'scene-not-visible'],
    isGraded: true,
    steps: [1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16, 23, 32].map((factor) => {
      const luma = exposed(base.face.luminance, factor);
      // A stop beyond the light in which the mean of the face clips.
      const isWhite = exposed(base.face.luminance, factor / 2) >= 254;
      return {
        label: `×${factor}`,
        expect: luma <= 205 ? 'must-not' : isWhite ? 'must' : 'grey',
        ...(isWhite ? { alsoTrue: ['face-not-found' as const] } : {}),
        make: () => expose(base, [factor, factor, factor]),
      };
    }),
  },
];

/** Coloured light. A moderate one is an ordinary lamp; under a strong one the light is to blame, never something worn. */
export const casts = (base: Base): Series[] =>
  Object.entries({
    warm: [1, 0.6, 0.25],
    cold: [0.4, 0.75, 1],
    red: [1, 0.15, 0.15],
    green: [0.15, 1, 0.15],
    blue: [0.15, 0.25, 1],
    magenta: [1, 0.15, 1],
    grey: undefined,
  }).map(([variant, full]) => ({
    name: 'colour cast',
    variant,
    findings: ['conditions-not-met', 'quality-low'],
    isGraded: true,
    steps: [0.2, 0.4, 0.6, 0.8, 1].map((strength) => ({
      label: `${variant} ${strength}`,
      expect: strength <= 0.4 || variant === 'grey' ? 'must-not' : 'grey',
      make: () => (full ? expose(base, full.map((f) => f ** strength) as [number, number, number]) : fade(base, strength)),
    })),
  }));

/** Takes the colour away. */
const fade = (base: Base, strength: number): Promise<Buffer> => asJpeg(sharp(base.bytes).modulate({ saturation: 1 - strength }));

/** Out of focus. The degree is the Gaussian's standard deviation over the distance between the eyes. */
export const blurs = (base: Base): Series[] => [
  {
    name: 'blur',
    variant: '',
    findings: ['quality-low'],
    isGraded: true,
    steps: [0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.16, 0.2, 0.25, 0.3].map((part) => ({
      label: `${part} eye distances`,
      expect: part <= 0.01 ? 'must-not' : part >= 0.1 ? 'must' : 'grey',
      alsoTrue: ['landmarks-unreliable' as const, ...(part >= 0.12 ? (['face-not-found', 'scene-not-visible'] as const) : [])],
      make: () => asJpeg(sharp(base.bytes).blur(Math.max(0.31, part * base.face.eyeDistance))),
    })),
  },
];

/** Noise of the sensor. The degree is the standard deviation per channel, of 255. */
export const noises = (base: Base): Series[] => [
  {
    name: 'noise',
    variant: '',
    findings: ['conditions-not-met', 'quality-low'],
    isGraded: true,
    steps: [2, 4, 8, 12, 16, 24, 32, 48, 64, 80, 96, 128].map((sigma) => ({
      label: `σ ${sigma}`,
      expect: sigma <= 8 ? 'must-not' : sigma >= 64 ? 'must' : 'grey',
      ...(sigma >= 64 ? { alsoTrue: ['landmarks-unreliable' as const, 'face-not-found' as const] } : {}),
      make: () => {
        const random = new Random(sigma);
        return mapPixels(base, (data, at) => {
          for (let i = 0; i < 3; i++) data[at + i] = Math.max(0, Math.min(255, data[at + i]! + sigma * random.normal()));
        });
      },
    })),
  },
];

/** JPEG's quality. Below 30 the squares begin to show. */
export const compressions = (base: Base): Series[] => [
  {
    name: 'compression',
    variant: '',
    findings: ['quality-low'],
    isGraded: true,
    steps: [95, 80, 65, 50, 40, 30, 25, 20, 15, 10, 5].map((quality) => ({
      label: `quality ${quality}`,
      expect: quality >= 30 ? 'must-not' : 'grey',
      ...(quality <= 10 ? { alsoTrue: ['landmarks-unreliable' as const] } : {}),
      make: () => asJpeg(sharp(base.bytes), quality),
    })),
  },
];
