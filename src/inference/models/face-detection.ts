import type { Box } from '../../imaging/geometry.js';

/** A face found in a picture. */
export interface FaceDetection {
  /**
   * in pixels of the decoded picture; height about 1.4 × width, from the upper edge of the brows to the chin; may extend outside
   */
  readonly box: Box;
  /** confidence of the detector, 0..1 */
  readonly score: number;
}
