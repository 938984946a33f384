import type { CaptureKey } from '../../src/keys/capture-key.js';

/** The keys that open packets, without files. */
export const ringOf = (...keys: readonly CaptureKey[]) => ({
  find: async (kid: string): Promise<CaptureKey | undefined> => keys.find((key) => key.kid === kid),
});
