import type { JudgedSequence } from '../../../src/evaluation/sequences/judge-sequence.js';
import type { SequenceSample } from '../../../src/evaluation/sequences/sequence-sample.js';
import { attack, bonaFide } from '../made-samples.js';

/** A labelled sequence of four frames. @param kind empty: bona fide */
export const sampleOf = (name: string, kind: string, client = ''): SequenceSample => ({
  path: `${name}_3.jpg`,
  bonaFide: kind === '',
  species: kind,
  source: '',
  sequence: name,
  client,
  frames: [0, 600, 1200, 1800].map((at, i) => ({ path: `${name}_${i}.jpg`, at })),
  given: 4,
});

/** Scores of one sequence by each method, and its motion. */
export interface MadeScores {
  readonly picture: number | null;
  readonly withoutMotion?: number | null;
  readonly sequence: number | null;
  readonly motion?: number | null;
}

/** A judged sequence; scores below 0.5 are attacks in the whole verdict. */
export function judgedOf(name: string, kind: string, scores: MadeScores, client = ''): JudgedSequence {
  const sample = sampleOf(name, kind, client);
  const judged = (score: number | null) => {
    const findings = score === null ? (['face-not-found'] as const) : score < 0.5 ? (['attack'] as const) : [];
    return kind === '' ? bonaFide(sample.path, score, findings) : attack(sample.path, kind, score, findings);
  };
  const { picture, sequence, withoutMotion = picture, motion = null } = scores;
  return {
    sample,
    picture: judged(picture),
    withoutMotion: judged(withoutMotion),
    sequence: judged(sequence),
    frameScores: [0.5, 0.5, 0.5, picture],
    motion: motion === null ? null : { evidence: motion - 1, residual: motion, plane: -motion },
    motionReason: motion === null ? 'few-corners' : null,
  };
}
