import { overlap } from '../../imaging/geometry.js';
import type { FaceDetection } from './face-detection.js';

/** Boxes with a higher intersection over union are the same face. */
const maxOverlap = 0.3;
/** Maximum number of candidates: bounds the quadratic cost for a picture with thousands of faces. */
const maxCandidates = 400;

/** Greedy non-maximum suppression. @returns the best box of each group of overlapping boxes, best first */
export function suppressOverlaps(found: readonly FaceDetection[]): FaceDetection[] {
  const kept: FaceDetection[] = [];
  const best = [...found].sort((a, b) => b.score - a.score).slice(0, maxCandidates);
  for (const candidate of best) {
    if (kept.every((other) => overlap(other.box, candidate.box) <= maxOverlap)) kept.push(candidate);
  }
  return kept;
}
