import type { Finding } from '../analysis/findings.js';
import type { JudgedSample } from './judge-sample.js';
import { type Outcome, outcomeOf } from './outcome.js';

/** A picture that was classified wrongly or not at all. */
export interface ListedError {
  readonly path: string;
  readonly species: string;
  readonly source: string;
  readonly score: number | null;
  readonly judgeability: number | null;
  readonly findings: readonly Finding[];
  readonly reason: string | undefined;
}

/** The worst errors of the whole verdict, by kind. A bona fide presentation is in one list at most. */
export interface ListedErrors {
  /** attacks that are accepted, highest score first */
  readonly acceptedAttacks: readonly ListedError[];
  /** bona fide presentations classified as attacks, lowest score first */
  readonly rejectedBonaFide: readonly ListedError[];
  /** bona fide presentations that are not judgeable, lowest score first */
  readonly askedAgainBonaFide: readonly ListedError[];
  /** bona fide presentations refused for another condition, highest score first, those without a score last */
  readonly refusedBonaFide: readonly ListedError[];
  /** files without a measurement, of either label */
  readonly unmeasured: readonly ListedError[];
}

/** Lists the errors. @param most number of pictures per list */
export function listErrors(samples: readonly JudgedSample[], most: number): ListedErrors {
  const list = (bonaFide: boolean, outcome: Outcome, order: 'lowest first' | 'highest first'): ListedError[] =>
    samples
      .filter((sample) => sample.bonaFide === bonaFide && outcomeOf(sample) === outcome)
      .sort((p, q) => ((p.score ?? -1) - (q.score ?? -1)) * (order === 'lowest first' ? 1 : -1))
      .slice(0, most)
      .map(describe);
  return {
    acceptedAttacks: list(false, 'accepted', 'highest first'),
    rejectedBonaFide: list(true, 'attack', 'lowest first'),
    askedAgainBonaFide: list(true, 'asked-again', 'lowest first'),
    refusedBonaFide: list(true, 'refused', 'highest first'),
    unmeasured: samples
      .filter(({ reason }) => reason !== undefined)
      .slice(0, most)
      .map(describe),
  };
}

const describe = ({ path, species, source, score, judgeability, findings, reason }: JudgedSample): ListedError => ({
  path,
  species,
  source,
  score,
  judgeability,
  findings,
  reason,
});
