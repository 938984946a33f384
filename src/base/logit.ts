/** Converts a logit to a probability, 0..1. */
export const toProbability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * Bound on the confidence of a single model in a fusion: a probability of 1 in 10,000, as a logit. Some networks wrongly return
 * exactly 0 or 1, which must not overrule all others. The exact bound hardly matters between 1 in 1,000 and 1 in 1,000,000
 * (measured, see docs/model-packs.md).
 * @internal exported for tests
 */
export const logitLimit = Math.log(0.9999 / 0.0001);

/** Clamps a logit to ±`logitLimit`. */
export const boundLogit = (logit: number): number => Math.min(logitLimit, Math.max(-logitLimit, logit));

/** Converts a probability to a logit, clamped to ±`logitLimit`. */
export const toLogit = (probability: number): number => boundLogit(Math.log(probability) - Math.log1p(-probability));
