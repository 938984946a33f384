import type { Finding } from '../../src/analysis/findings.js';
import type { JudgedSample } from '../../src/evaluation/judge-sample.js';

/** A judged bona fide presentation, accepted unless it has findings. */
export const bonaFide = (path: string, score: number | null, findings: readonly Finding[] = []): JudgedSample => ({
  path,
  bonaFide: true,
  species: '',
  source: '',
  score,
  judgeability: score === null ? null : 0.8,
  modelScores: {},
  findings,
  reason: undefined,
});

/** A judged attack, accepted unless it has findings. */
export const attack = (
  path: string,
  species: string,
  score: number | null,
  findings: readonly Finding[] = ['attack'],
): JudgedSample => ({ ...bonaFide(path, score, findings), bonaFide: false, species });
