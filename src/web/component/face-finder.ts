import { readBlazeFaces, blazeFaceSide as side } from '../../inference/models/blazeface-faces.js';
import type { FaceDetection } from '../../inference/models/face-detection.js';
import type { Network } from '../../inference/network.js';
import { makeCanvas } from './canvas.js';
import { loadNetwork } from './model-runtime.js';

/** File name of the detector below `sdk_path`; defined at build time. */
declare const __DETECTOR_FILE__: string;

/** Finds faces in the current frame of a video, with the server's second detector (BlazeFace). */
export class FaceFinder {
  private readonly pixels = makeCanvas(side, side);
  private readonly input = new Float32Array(side * side * 3);

  private constructor(private readonly network: Network) {}

  /** Loads the detector, once per page and folder. @throws Error if it cannot be loaded; a later call tries again */
  static async load(sdkPath: string): Promise<FaceFinder> {
    return new FaceFinder(await loadNetwork(sdkPath, __DETECTOR_FILE__));
  }

  /** @returns faces in pixels of the video, best first */
  async find(video: HTMLVideoElement): Promise<FaceDetection[]> {
    const { videoWidth: width, videoHeight: height } = video;
    const scale = Math.max(width, height) / side;
    const [left, top] = [(side - width / scale) / 2, (side - height / scale) / 2];
    this.pixels.fillStyle = '#808080';
    this.pixels.fillRect(0, 0, side, side);
    this.pixels.drawImage(video, left, top, width / scale, height / scale);
    const { data } = this.pixels.getImageData(0, 0, side, side);
    for (let i = 0, o = 0; i < data.length; i += 4) {
      this.input[o++] = data[i]! / 127.5 - 1;
      this.input[o++] = data[i + 1]! / 127.5 - 1;
      this.input[o++] = data[i + 2]! / 127.5 - 1;
    }
    return readBlazeFaces(await this.network.run(this.input, [1, side, side, 3]), scale, left * scale, top * scale);
  }
}
