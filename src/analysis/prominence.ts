import { type Box, boxHeight, distance } from '../imaging/geometry.js';

/**
 * How fast a face loses weight towards the rim. Chosen on labelled press photographs with bystanders (docs/accuracy.md): from 2 on the
 * labelled person is always the most prominent; at 3 a bystander as large as the subject and two thirds of the way out counts for little,
 * while two people side by side still count alike.
 */
const fall = 3;

/** How much a face is the picture's subject: its height in pixels, less the farther it is from the middle. */
export function prominence(box: Box, { width, height }: { readonly width: number; readonly height: number }): number {
  const middle = { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 };
  const offCentre = distance(middle, { x: width / 2, y: height / 2 }) / (Math.hypot(width, height) / 2);
  return boxHeight(box) * Math.exp(-fall * offCentre ** 2);
}
