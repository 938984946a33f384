import { overlap } from '../../imaging/geometry.js';
import type { FaceDetection } from './face-detection.js';

/** Two boxes that share more of their union than this are one face. */
const maxOverlap = 0.3;
/** Most candidates looked at: a picture made of faces must not make the suppression quadratic in thousands. */
const maxCandidates = 400;

/** Greedy non-maximum suppression: the best of each heap of overlapping boxes, best first. */
export function suppressOverlaps(found: readonly FaceDetection[]): FaceDetection[] {
  const kept: FaceDetection[] = [];
  const best = [...found].sort((a, b) => b.score - a.score).slice(0, maxCandidates);
  for (const candidate of best) {
    if (kept.every((other) => overlap(other.box, candidate.box) <= maxOverlap)) kept.push(candidate);
  }
  return kept;
}
