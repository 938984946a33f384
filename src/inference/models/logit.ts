/** Logit → probability, 0..1. */
export const toProbability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** How near to 0 and 1 a probability is believed: a network that says exactly 1 must not overrule all others for ever. */
const epsilon = 1e-6;

/** Probability → logit, within ±13.8. */
export function toLogit(probability: number): number {
  const p = Math.min(1 - epsilon, Math.max(epsilon, probability));
  return Math.log(p / (1 - p));
}
