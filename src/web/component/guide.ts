import type { Box } from '../../imaging/geometry.js';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An axis-aligned ellipse. */
export interface Oval {
  readonly cx: number;
  readonly cy: number;
  /** half its width */
  readonly rx: number;
  /** half its height */
  readonly ry: number;
}

/** Width of the oval over its height: a face with some margin. */
const shape = 0.74;

/** The oval for the face in an area, slightly above the middle. @param size over the usual size, which fills the area */
export function placeGuide({ width, height }: Size, size = 1): Oval {
  const ry = Math.min(height * 0.41, (width * 0.43) / shape) * size;
  return { cx: width / 2, cy: height * 0.49, rx: ry * shape, ry };
}

/** The part of a picture that is visible in an area it covers (CSS `object-fit: cover`), in pixels of the picture. */
function seenPart(picture: Size, area: Size): Box {
  if (area.width <= 0 || area.height <= 0) return { x1: 0, y1: 0, x2: picture.width, y2: picture.height };
  const scale = Math.max(area.width / picture.width, area.height / picture.height);
  const [width, height] = [area.width / scale, area.height / scale];
  const [x1, y1] = [(picture.width - width) / 2, (picture.height - height) / 2];
  return { x1, y1, x2: x1 + width, y2: y1 + height };
}

/** The guide in pixels of the picture. @param size over the usual size */
export function guideInPicture(picture: Size, area: Size, size = 1): Oval {
  const seen = seenPart(picture, area);
  const oval = placeGuide({ width: seen.x2 - seen.x1, height: seen.y2 - seen.y1 }, size);
  return { ...oval, cx: oval.cx + seen.x1, cy: oval.cy + seen.y1 };
}

/** The target area of the face in pixels of a video. @param area in which it is shown @param size over the usual size */
export function guideBox({ videoWidth, videoHeight }: HTMLVideoElement, area: Size, size: number): Box {
  const { cx, cy, rx, ry } = guideInPicture({ width: videoWidth, height: videoHeight }, area, size);
  return { x1: cx - rx, y1: cy - ry, x2: cx + rx, y2: cy + ry };
}
