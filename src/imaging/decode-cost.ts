export const estimateDecoding = (_bytes: Uint8Array): number => 0;
