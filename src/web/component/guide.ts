import type { Box } from '../../imaging/geometry.js';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An upright ellipse. */
export interface Oval {
  readonly cx: number;
  readonly cy: number;
  /** half its width */
  readonly rx: number;
  /** half its height */
  readonly ry: number;
}

/** A face's width to its height, with some air. */
const shape = 0.74;

/** The oval that a face is to fill, in an area of a size: as large as goes, a little above the middle as heads are. */
export function placeGuide({ width, height }: Size): Oval {
  const ry = Math.min(height * 0.41, (width * 0.43) / shape);
  return { cx: width / 2, cy: height * 0.49, rx: ry * shape, ry };
}

/** The part of a picture that can be seen in an area that it covers (CSS `object-fit: cover`), in the picture's pixels. */
export function seenPart(picture: Size, area: Size): Box {
  if (area.width <= 0 || area.height <= 0) return { x1: 0, y1: 0, x2: picture.width, y2: picture.height };
  const scale = Math.max(area.width / picture.width, area.height / picture.height);
  const [width, height] = [area.width / scale, area.height / scale];
  const [x1, y1] = [(picture.width - width) / 2, (picture.height - height) / 2];
  return { x1, y1, x2: x1 + width, y2: y1 + height };
}

/** The guide as it lies in the picture, in the picture's pixels. */
export function guideInPicture(picture: Size, area: Size): Oval {
  const seen = seenPart(picture, area);
  const oval = placeGuide({ width: seen.x2 - seen.x1, height: seen.y2 - seen.y1 });
  return { ...oval, cx: oval.cx + seen.x1, cy: oval.cy + seen.y1 };
}
