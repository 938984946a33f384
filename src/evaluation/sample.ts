import type { ImageObservation } from '../analysis/observation.js';

/** A picture of which it is known what it shows. */
export interface LivenessSample {
  /** as it stands in reports: below the folder, or as in the table */
  readonly path: string;
  readonly bonaFide: boolean;
  /** kind of presentation attack instrument (print, replay …); for bona fide ones any subdivision, or empty */
  readonly species: string;
  /** where it comes from; empty when not said */
  readonly source: string;
}

/** Two pictures of which it is known whether they show the same person. */
export interface PairSample {
  readonly pathA: string;
  readonly pathB: string;
  readonly same: boolean;
}

/** What measuring one file gave: numbers, or why there are none. */
export type Measurement =
  | { readonly observation: ImageObservation }
  | { readonly fault: MeasurementFault; readonly reason: string };

/** Why a file was not measured; the reason beside it is for people. */
export type MeasurementFault = 'not-read' | 'unreadable' | 'too-large' | 'timeout' | 'engine-failed';

/** What was asked for cannot be evaluated; the message says what to mend. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}
