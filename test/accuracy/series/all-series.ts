import { closeness, cuts, distance, rolls } from './framing.js';
import { harmless } from './harmless.js';
import { blurs, casts, compressions, darkness, noises, overexposure } from './light.js';
import type { SeriesMaker } from './series.js';
import { glasses, masks } from './worn.js';

/** Every kind of series. */
export const allSeries: readonly SeriesMaker[] = [
  ...[cuts, distance, closeness, rolls],
  ...[darkness, overexposure, casts, blurs, noises, compressions],
  ...[glasses, masks],
  harmless,
];
