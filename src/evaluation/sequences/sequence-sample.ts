import type { LivenessSample } from '../sample.js';

/** One frame of a sequence. */
export interface SequenceFrame {
  /** as in the table */
  readonly path: string;
  /** ms on a clock of the sequence */
  readonly at: number;
}

/** A labelled sequence of frames. `path` is that of its last frame, which counts as the picture. */
export interface SequenceSample extends LivenessSample {
  /** its name in the table; unique */
  readonly sequence: string;
  /** who was in front of the camera; empty if not given. Sequences of one client are not independent */
  readonly client: string;
  /** the frames that are analysed, in order of time; the last one is the picture. At least one */
  readonly frames: readonly SequenceFrame[];
  /** number of frames in the table, of which `frames` may be a part */
  readonly given: number;
}
