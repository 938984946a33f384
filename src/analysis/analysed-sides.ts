import type { SufficientSides } from '../imaging/reduction.js';

/**
 * The size to which pictures are reduced before anything looks at them. All accuracy figures were measured at 1600 or the picture's own
 * size; how much a shorter side changes verdicts: docs/performance.md.
 */
export const analysedSides = { maxSide: 1600, leastSide: 1280 } as const satisfies SufficientSides;
