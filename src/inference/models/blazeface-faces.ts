import { toProbability } from '../../base/logit.js';
import type { Box } from '../../imaging/geometry.js';
import type { FaceDetection } from './face-detection.js';
import { suppressOverlaps } from './non-maximum-suppression.js';

// Decodes BlazeFace's outputs. Used by the server and by the capture component in the browser, so this module needs neither Node
// nor a DOM.
// Outputs: logits and boxes (centre and size in pixels of the 256-pixel input, relative to the anchor, then six key points) for
// 16×16×2 anchors of stride 16 and 8×8×6 anchors of stride 32.

/** Side of the network's square input, in pixels. */
export const blazeFaceSide = 256;
const grids = [
  { scores: 'Identity:0', boxes: 'Identity_2:0', cells: 16, perCell: 2 },
  { scores: 'Identity_1:0', boxes: 'Identity_3:0', cells: 8, perCell: 6 },
] as const;
const minScore = 0.5;

/**
 * Reads the faces from the network's outputs.
 * @param outputs tensors by name
 * @param scale picture pixels per pixel of the network's input
 * @param left how far the network's input extends beyond the picture's left edge, in picture pixels
 * @param top how far it extends beyond the top edge
 * @returns faces with a confidence of at least 0.5, best first; their boxes follow the first detector's convention
 */
export function readBlazeFaces(
  outputs: Readonly<Record<string, ArrayLike<number>>>,
  scale: number,
  left: number,
  top: number,
): FaceDetection[] {
  const found: FaceDetection[] = [];
  for (const grid of grids) {
    const scores = outputs[grid.scores]!;
    const boxes = outputs[grid.boxes]!;
    const stride = blazeFaceSide / grid.cells;
    for (let i = 0; i < scores.length; i++) {
      const score = toProbability(scores[i]!);
      if (score < minScore) continue;
      const cell = Math.floor(i / grid.perCell);
      const cx = boxes[i * 16]! + ((cell % grid.cells) + 0.5) * stride;
      const cy = boxes[i * 16 + 1]! + (Math.floor(cell / grid.cells) + 0.5) * stride;
      found.push({ box: toFirstConvention(cx, cy, boxes[i * 16 + 2]!, boxes[i * 16 + 3]!, scale, left, top), score });
    }
  }
  return suppressOverlaps(found);
}

/** BlazeFace's boxes are squarer and lower than RFB-320's. The factors were measured on portraits that both detectors find. */
function toFirstConvention(cx: number, cy: number, w: number, h: number, scale: number, left: number, top: number): Box {
  const width = w * 0.897;
  const height = h * 1.249;
  const y = cy - 0.122 * h;
  return {
    x1: (cx - width / 2) * scale - left,
    y1: (y - height / 2) * scale - top,
    x2: (cx + width / 2) * scale - left,
    y2: (y + height / 2) * scale - top,
  };
}
