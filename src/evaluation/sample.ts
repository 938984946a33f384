import { OperatorError } from '../base/operator-error.js';

/** A picture labelled as bona fide or attack. */
export interface LivenessSample {
  /** as shown in reports: relative to the folder, or as in the table */
  readonly path: string;
  readonly bonaFide: boolean;
  /** kind of presentation attack instrument (print, replay …); for bona fide presentations any subdivision, or empty */
  readonly species: string;
  /** origin of the picture; empty if not given */
  readonly source: string;
}

/** Two pictures, labelled as showing the same person or not. */
export interface PairSample {
  readonly pathA: string;
  readonly pathB: string;
  readonly same: boolean;
}

/** Why a file could not be measured. */
export type MeasurementFault = 'not-read' | 'unreadable' | 'too-large' | 'timeout' | 'engine-failed';

/** The input cannot be evaluated. The message says what to correct. */
export class EvaluationError extends OperatorError {
  override name = 'EvaluationError';
}
