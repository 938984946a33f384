import type { Signal } from '../signal.js';

/** The photo must match the hash in the header, and the selfie if one was sent next to the packet. */
export const judgeIntegrity: Signal = ({ isHashRight, isSelfieSame }) => ({
  suspicion: isHashRight && isSelfieSame !== false ? 0 : 1,
  evidence: { hashRight: isHashRight ? 1 : 0, ...(isSelfieSame === undefined ? {} : { selfieSame: isSelfieSame ? 1 : 0 }) },
});
