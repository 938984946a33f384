import type { Signal } from '../signal.js';

/** The photo is the one that the page hashed, and the one that it sent beside the packet. */
export const judgeIntegrity: Signal = ({ isHashRight, isSelfieSame }) => ({
  suspicion: isHashRight && isSelfieSame !== false ? 0 : 1,
  evidence: { hashRight: isHashRight ? 1 : 0, ...(isSelfieSame === undefined ? {} : { selfieSame: isSelfieSame ? 1 : 0 }) },
});
