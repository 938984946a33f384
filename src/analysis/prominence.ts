import { type Box, boxHeight, distance } from '../imaging/geometry.js';

/**
 * How fast a face's prominence falls towards the edge of the picture. Chosen on labelled press photographs with bystanders
 * (docs/accuracy.md): from 2 on, the labelled person is always the most prominent; at 3, a bystander of the subject's size two
 * thirds of the way to the corner counts for little, while two people side by side still count equally.
 */
const fall = 3;

/** Prominence of a face: its height in pixels, reduced with its distance from the centre of the picture. */
export function prominence(box: Box, { width, height }: { readonly width: number; readonly height: number }): number {
  const middle = { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 };
  const offCentre = distance(middle, { x: width / 2, y: height / 2 }) / (Math.hypot(width, height) / 2);
  return boxHeight(box) * Math.exp(-fall * offCentre ** 2);
}
