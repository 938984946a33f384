import type { Signal } from '../signal.js';

/** How far a client's clock may be ahead of the server's, in ms. */
export const MAX_AHEAD_MS = 60_000;

/** A packet that is too old was stored before it was sent. One from the future has a wrong clock, or is meant to be stored. */
export const judgeFreshness: Signal = ({ header, receivedAt, maxAgeMs }) => {
  const age = receivedAt - header.createdAt;
  return { suspicion: age > maxAgeMs || age < -MAX_AHEAD_MS ? 1 : 0, evidence: { ageSeconds: age / 1000 } };
};
