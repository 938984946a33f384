import type { Signal } from '../signal.js';

/** The state of the page. Browsers give no camera to insecure pages, and nobody takes a selfie on a hidden page. */
export const judgePage: Signal = ({ header: { page } }) => {
  const isHidden = page.visibility !== 'visible';
  return {
    suspicion: !page.isSecureContext || isHidden ? 1 : page.embedded ? 0.3 : 0,
    evidence: { secure: page.isSecureContext ? 1 : 0, hidden: isHidden ? 1 : 0, embedded: page.embedded ? 1 : 0 },
  };
};
