/** Logit → probability, 0..1. */
export const toProbability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * How sure any one model may be where several are fused: a probability of 1 in 10,000, as a logit. A network that says exactly 0 or 1,
 * and some do so wrongly, must not overrule all others. Measured between 1 in 1,000 and 1 in 1,000,000: it hardly matters
 * (docs/model-packs.md).
 */
export const logitLimit = Math.log(0.9999 / 0.0001);

/** A logit within ±`logitLimit`. */
export const boundLogit = (logit: number): number => Math.min(logitLimit, Math.max(-logitLimit, logit));

/** Probability → logit, within ±`logitLimit`. */
export const toLogit = (probability: number): number => boundLogit(Math.log(probability) - Math.log1p(-probability));
