import type { LabelledPicture } from '../../test/accuracy/labelled-pictures.js';
import type { Measured } from './measure-pictures.js';

/** Pictures with a face of at least this height, in pixels as sent, a few of each source and kind. */
export function chooseBases<P extends LabelledPicture>(
  pictures: readonly Measured<P>[],
  least: number,
  most: number,
): Measured<P>[] {
  const taken = new Map<string, number>();
  return pictures.filter(({ face, verdict, source, label, kind }) => {
    if (!face || verdict.faceCount !== 1 || face.box.y2 - face.box.y1 < least) return false;
    const group = `${source} ${label} ${kind}`;
    taken.set(group, (taken.get(group) ?? 0) + 1);
    return taken.get(group)! <= most;
  });
}
