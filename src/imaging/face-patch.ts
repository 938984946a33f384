import { type Box, boxCentre, boxHeight, boxWidth } from './geometry.js';
import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { derive } from './kernels/pixel-memory.js';

/** Luma (BT.601, 0..255) of the inner face, without the border of hair and background, row by row. */
export interface FacePatch {
  readonly luma: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Parts of the box's width and height that are left out: at the left and right, at the top, and at the bottom. */
const margins = { side: 0.12, top: 0.2, bottom: 0.08 } as const;

/** A patch smaller than this on either side cannot be measured. */
const leastSide = 8;

/**
 * Cuts the inner face out of a picture. A face higher than `maxHeight` is shrunk by a whole factor, by the mean of the area;
 * nothing is interpolated, so that the texture of the pixels is kept.
 * @param box of the face, in pixels of the picture
 * @param maxHeight height of the whole face, pixels, to which it is shrunk
 * @returns undefined if less than 8×8 pixels remain within the picture
 */
export function cutInnerFace(image: RgbImage, box: Box, maxHeight: number): FacePatch | undefined {
  return cut(image, innerFace(box), Math.max(1, Math.round(boxHeight(box) / maxHeight)));
}

/** As `cutInnerFace`, at the picture's own pixels, and of no more than `side`×`side` pixels in the middle. */
export function cutMiddle(image: RgbImage, box: Box, side: number): FacePatch | undefined {
  const inner = innerFace(box);
  const { x, y } = boxCentre(inner);
  const half = { x: Math.min(side, boxWidth(inner)) / 2, y: Math.min(side, boxHeight(inner)) / 2 };
  return cut(image, { x1: x - half.x, y1: y - half.y, x2: x + half.x, y2: y + half.y }, 1);
}

const innerFace = (box: Box): Box => ({
  x1: box.x1 + margins.side * boxWidth(box),
  y1: box.y1 + margins.top * boxHeight(box),
  x2: box.x2 - margins.side * boxWidth(box),
  y2: box.y2 - margins.bottom * boxHeight(box),
});

/** @param factor by which the area is shrunk */
function cut(image: RgbImage, area: Box, factor: number): FacePatch | undefined {
  const left = Math.max(0, Math.round(area.x1));
  const top = Math.max(0, Math.round(area.y1));
  const width = Math.floor((Math.min(image.width, Math.round(area.x2)) - left) / factor);
  const height = Math.floor((Math.min(image.height, Math.round(area.y2)) - top) / factor);
  if (width < leastSide || height < leastSide) return undefined;
  const row = image.width * 3;
  const luma = derive(image.data, new Float32Array(width * height), (from, to) =>
    kernels().cutLuma(from + top * row + left * 3, row, factor, to, width, height),
  );
  return { luma, width, height };
}
