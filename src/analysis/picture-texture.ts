import { measureBlockiness } from '../imaging/blockiness.js';
import { cutInnerFace, cutMiddle } from '../imaging/face-patch.js';
import { measureTexture } from '../imaging/fine-texture.js';
import type { Box } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { measureNoise } from '../imaging/pixel-noise.js';
import { measureToneSteps } from '../imaging/tone-steps.js';
import type { PhotographSignals } from './observation.js';

/** Texture of the picture in a face, whatever it shows: fields of FaceObservation and PhotographSignals. */
export interface PictureTexture extends Omit<PhotographSignals, 'skinRed' | 'polarity'> {
  readonly noise?: number;
  readonly blockiness?: number;
}

/** Side of the middle of the face that is measured at the picture's own pixels. */
const middle = 160;
/** Height to which a face is shrunk for the measures of texture and tones. */
const height = 256;

/** Measures the face in `box`. Takes about a millisecond. */
export function measurePictureTexture(image: RgbImage, box: Box): PictureTexture {
  const native = cutMiddle(image, box, middle);
  const face = cutInnerFace(image, box, height);
  const noise = native && measureNoise(native);
  const texture = face && measureTexture(face);
  return {
    ...(native ? { blockiness: measureBlockiness(native) } : {}),
    ...(noise === undefined ? {} : { noise }),
    ...(face ? { toneSteps: measureToneSteps(face) } : {}),
    ...texture,
  };
}
