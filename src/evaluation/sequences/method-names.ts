import type { Method } from './judge-sequence.js';

/** What the methods are called in reports. */
export const methodNames: Record<Method, string> = {
  picture: 'Last frame alone',
  withoutMotion: 'All frames, without motion',
  sequence: 'Sequence',
};

/** Short names, within a heading. */
export const shortMethodNames: Record<Method, string> = {
  picture: 'last frame',
  withoutMotion: 'no motion',
  sequence: 'sequence',
};
