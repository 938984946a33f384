import { openingOfEye, openingOfMouth, shutEye } from '../../imaging/face-shape.js';
import { type Box, boxCentre, boxHeight } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { EyeState } from '../../inference/models/eye-state.js';
import { Landmarks68 } from '../../inference/models/landmarks-68.js';
import { makeCanvas } from './canvas.js';
import { loadNetwork } from './model-runtime.js';

/** Names of the networks' files below `sdk_path`; set when the module is built. */
declare const __LANDMARKS_FILE__: string;
declare const __EYES_FILE__: string;

/** Pixels of the square that is looked at, and its side in parts of the face's height. */
const [side, margin] = [256, 1.5];
/** Probability from which an eye is believed to be closed, as the server has it. */
const surelyClosed = 0.8;
/** Opening from which a mouth is open; a smile is below. */
const open = 0.5;

/** Eyes and mouth of a face: the server's own landmarks and eye network, loaded only for pages that ask for these checks. */
export class FaceDetails {
  private readonly pixels = makeCanvas(side, side);

  private constructor(
    private readonly landmarks: Landmarks68,
    private readonly eyes: EyeState,
  ) {}

  /** @throws Error when a network cannot be loaded */
  static async load(sdkPath: string): Promise<FaceDetails> {
    const [landmarks, eyes] = await Promise.all([loadNetwork(sdkPath, __LANDMARKS_FILE__), loadNetwork(sdkPath, __EYES_FILE__)]);
    return new FaceDetails(new Landmarks68(landmarks), new EyeState(eyes));
  }

  /** @param box of the face, in pixels of the video */
  async measure(video: HTMLVideoElement, box: Box): Promise<{ readonly eyesClosed: boolean; readonly mouthOpen: boolean }> {
    const seen = boxHeight(box) * margin;
    const { x, y } = boxCentre(box);
    const [left, top] = [x - seen / 2, y - seen / 2];
    this.pixels.fillRect(0, 0, side, side);
    this.pixels.drawImage(video, left, top, seen, seen, 0, 0, side, side);
    const image = toRgb(this.pixels.getImageData(0, 0, side, side));
    const scale = side / seen;
    const points = await this.landmarks.locate(image, {
      x1: (box.x1 - left) * scale,
      y1: (box.y1 - top) * scale,
      x2: (box.x2 - left) * scale,
      y2: (box.y2 - top) * scale,
    });
    const isClosed = async (eye: typeof points): Promise<boolean> =>
      openingOfEye(eye) < shutEye && (await this.eyes.closed(image, eye[0]!, eye[3]!)) > surelyClosed;
    const eyesClosed = (await isClosed(points.slice(36, 42))) && (await isClosed(points.slice(42, 48)));
    return { eyesClosed, mouthOpen: openingOfMouth(points) > open };
  }
}

function toRgb({ data, width, height }: ImageData): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, o = 0; i < data.length; i += 4) {
    rgb[o++] = data[i]!;
    rgb[o++] = data[i + 1]!;
    rgb[o++] = data[i + 2]!;
  }
  return { data: rgb, width, height };
}
