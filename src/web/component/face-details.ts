import { openingOfEye, openingOfMouth, shutEye } from '../../imaging/face-shape.js';
import { type Box, boxCentre, boxHeight } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { openKernels } from '../../imaging/kernels/load-kernels.js';
import { EyeState } from '../../inference/models/eye-state.js';
import { Landmarks68 } from '../../inference/models/landmarks-68.js';
import { makeCanvas } from './canvas.js';
import { loadNetwork } from './model-runtime.js';

/** File names of the networks below `sdk_path`; defined at build time. */
declare const __LANDMARKS_FILE__: string;
declare const __EYES_FILE__: string;

/** Side of the analysed square in pixels, and as a multiple of the face's height. */
const [side, margin] = [256, 1.5];
/** Probability above which an eye counts as closed, as on the server. */
const surelyClosed = 0.8;
/** Opening above which a mouth counts as open; smiles are below it. */
const open = 0.5;

/** Measures eyes and mouth with the server's landmark and eye networks. Loaded only by pages that enable these checks. */
export class FaceDetails {
  private readonly pixels = makeCanvas(side, side);

  private constructor(
    private readonly landmarks: Landmarks68,
    private readonly eyes: EyeState,
  ) {}

  /** Loads the networks. @throws Error if one cannot be loaded */
  static async load(sdkPath: string): Promise<FaceDetails> {
    const [landmarks, eyes] = await Promise.all([
      loadNetwork(sdkPath, __LANDMARKS_FILE__),
      loadNetwork(sdkPath, __EYES_FILE__),
      openKernels(),
    ]);
    return new FaceDetails(new Landmarks68(landmarks), new EyeState(eyes));
  }

  /** Measures eyes and mouth of a face. @param box of the face, in pixels of the video */
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
