import type { Signal } from '../signal.js';

/** How far a client's clock may be ahead of ours, in ms. */
export const MAX_AHEAD_MS = 60_000;

/** A packet older than allowed was kept; one from the future was made by a wrong clock, or to be kept. */
export const judgeFreshness: Signal = ({ header, receivedAt, maxAgeMs }) => {
  const age = receivedAt - header.createdAt;
  return { suspicion: age > maxAgeMs || age < -MAX_AHEAD_MS ? 1 : 0, evidence: { ageSeconds: age / 1000 } };
};
