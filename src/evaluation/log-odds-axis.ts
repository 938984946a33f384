import type { Tick } from './plot.js';

/** Range of the axis in log-odds; scores beyond it are drawn at its ends. */
const widest = 12;
const marked = [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

/** The place of a liveness score on an axis spaced by log-odds, 0..1: scores of probabilities cluster at 0 and 1. */
export const placeLogOdds = (score: number): number =>
  (Math.max(-widest, Math.min(widest, Math.log(score / (1 - score)))) + widest) / (2 * widest);

/** The labels of such an axis. */
export const logOddsTicks: readonly Tick[] = marked.map((score) => ({ at: placeLogOdds(score), label: String(score) }));
