import type { PerspectiveMeasure, PerspectiveReason } from '../../analysis/closer/measure-perspective.js';
import { ramp } from '../../base/statistics.js';
import type { Signal } from '../signal.js';

/** Reliefs of which one is a head's, and the other a plane's, also of one that is bent: docs/capture.md has those of rendered heads and cards. */
const [deep, flat] = [0.6, 0.4];

/** How the reasons are stored: scans hold numbers only. 0: there is a statement. */
const reasonNumbers: Readonly<Record<PerspectiveReason, number>> = {
  'no-face': 1,
  'cut-off': 2,
  'not-closer': 3,
  'few-corners': 4,
  'face-lost': 5,
  'other-face': 6,
  uncertain: 7,
};

/**
 * Whether the face that came closer changed its perspective as a head does. A picture of a face on a display or a print does not. Frames
 * that do not show it say nothing, unless the policy demands a statement.
 */
export const judgePerspective: Signal = ({ header, perspective, mustComeCloser }) => {
  const frames = header.frames.filter(({ kind }) => kind === 'closer').length;
  const relief = perspective?.relief ?? null;
  return {
    suspicion: relief === null ? (mustComeCloser ? 1 : 0) : ramp(relief, deep, flat),
    isUnshown: relief === null,
    evidence: {
      frames,
      required: mustComeCloser ? 1 : 0,
      ...(perspective ? describe(perspective) : {}),
    },
  };
};

const describe = ({ relief, reason, error, enlargement, compared, corners, planeResidual }: PerspectiveMeasure) => ({
  ...(relief === null ? {} : { relief }),
  noStatement: reason === null ? 0 : reasonNumbers[reason],
  ...(error === null ? {} : { error }),
  ...(enlargement === null ? {} : { enlargement }),
  compared,
  corners,
  ...(planeResidual === null ? {} : { planeResidual }),
});
