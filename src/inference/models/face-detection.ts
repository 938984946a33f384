import type { Box } from '../../imaging/geometry.js';

/** A face found in a picture. */
export interface FaceDetection {
  /** pixels of the decoded picture; height about 1.4 × width, from the brows' upper edge to the chin; may reach outside */
  readonly box: Box;
  /** the detector's own confidence, 0..1 */
  readonly score: number;
}
