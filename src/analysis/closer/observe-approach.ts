import type { DecodeLimits } from '../../imaging/decode.js';
import type { Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { type Turn, turnImage } from '../../imaging/turn.js';
import type { FaceModels } from '../../inference/face-models.js';
import { findFaces } from '../find-faces.js';
import { decodeFrame, type TimedFrame } from '../observe-sequence.js';
import { type FacedFrame, measurePerspective, type PerspectiveMeasure } from './measure-perspective.js';

/** Frames are reduced to this length of the longer side, in pixels. */
const maxSide = 960;

/**
 * Measures whether the face that comes closer in frames has depth. The largest face of each frame counts; frames that cannot be decoded
 * or have another shape than the first are left out.
 * @param picture that must show the same face: upright; `turned`: how it was turned for that, as the frames will be; `box`: of its face
 * @param frames in order of time
 */
export async function observeApproach(
  models: FaceModels,
  picture: { readonly image: RgbImage; readonly turned: 0 | Turn; readonly box: Box },
  frames: readonly TimedFrame[],
  limits: DecodeLimits,
): Promise<PerspectiveMeasure> {
  const faced: FacedFrame[] = [];
  for (const { bytes } of frames) {
    const decoded = await decodeFrame(bytes, { ...limits, maxSide: Math.min(limits.maxSide, maxSide) });
    if (!decoded) continue;
    const image = picture.turned === 0 ? decoded : turnImage(decoded, picture.turned);
    const first = faced[0]?.image ?? image;
    if (image.width !== first.width || image.height !== first.height) continue;
    const [face] = await findFaces(models, image);
    if (face) faced.push({ image, mesh: face.mesh ?? (await models.mesh.locate(image, face.box)) });
  }
  const mesh = await models.mesh.locate(picture.image, picture.box);
  return measurePerspective(faced, { image: picture.image, mesh });
}
