import type { Signal } from '../signal.js';

/** A packet is valid for one request. */
export const judgeReplay: Signal = ({ isNonceNew }) => ({
  suspicion: isNonceNew === false ? 1 : 0,
  evidence: { known: isNonceNew === false ? 1 : 0 },
});
