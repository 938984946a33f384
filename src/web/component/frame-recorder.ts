import { type FramePart, type PacketTiming, packetLimits, type Region } from '../../capture/packet/layout.js';
import { type Box, boxCentre } from '../../imaging/geometry.js';
import { encodeJpeg, freeCanvas, makeCanvas, toLuma } from './canvas.js';
import type { ShownFrame } from './frame-feed.js';
import { maxFrameAge } from './fresh-frames.js';
import { grabFrame } from './take-photo.js';

/** A frame of a packet with its bytes. */
export interface RecordedFrame {
  readonly part: FramePart;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Size of the unscaled crop around the middle of the face, in pixels. */
const crop = { width: 96, height: 72 } as const;
/** Width of the downscaled whole picture in a run, and of the JPEG frames, in pixels. */
const [lumaWidth, jpegWidth] = [96, 480];
/** Frames per run: half a second at 30 frames per second. */
const runLength = 14;
/** Ms after which a run of a slow camera may end, and the frames that it must have by then: the server judges movement by them. */
const [longestRun, fewestFrames] = [2500, 8];
/** Number of JPEG frames, and ms between them. */
const [jpegCount, jpegEvery] = [3, 600];
const jpegQuality = 0.7;

/** The frame of a video at a time (ms on the page's clock). */
interface Still {
  readonly at: number;
  readonly pixels: CanvasRenderingContext2D;
}

/** Consecutive frames; `photo` is the last of them at the video's full size. */
export interface RecordedRun {
  readonly frames: readonly RecordedFrame[];
  readonly photo: Still;
}

/** Why a run was given up: the size of the video changed, frames failed to appear for a while, or the recording was aborted. */
export type Interruption = 'turned' | 'stalled' | 'aborted';

/** A run that is being recorded. */
interface Run {
  readonly region: Region;
  readonly frames: RecordedFrame[];
  onEnd(result: Still | Interruption): void;
}

/**
 * Records a video in the form that the packet's layout requires: the time of each frame, a small still at intervals, and on
 * request a run of consecutive frames. If the size of the video changes, or the frames stop for a while, recording starts again:
 * everything in one packet has one shape, and belongs together.
 */
export class FrameRecorder {
  private times: ShownFrame[] = [];
  private stills: Still[] = [];
  private spare: CanvasRenderingContext2D | undefined;
  private run: Run | undefined;
  private readonly cropPixels = makeCanvas(crop.width, crop.height);
  private wholePixels: CanvasRenderingContext2D | undefined;
  private size = '';

  constructor(private readonly video: HTMLVideoElement) {}

  /** Records a frame. Call it for each frame while the frame can be drawn. */
  note(frame: ShownFrame): void {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return;
    if (this.size !== `${videoWidth}×${videoHeight}`) this.restart(videoWidth, videoHeight, 'turned');
    else if (frame.at - (this.times.at(-1)?.at ?? frame.at) > maxFrameAge) this.restart(videoWidth, videoHeight, 'stalled');
    this.times.push(frame);
    if (this.times.length > packetLimits.frameTimes) this.times.shift();
    if (this.run) this.addToRun(this.run, frame.at);
    else if (frame.at - (this.stills.at(-1)?.at ?? -Infinity) >= jpegEvery) this.keepStill(frame.at);
  }

  /**
   * Records a run of the next frames, the last of which is the photo.
   * @param middle area around whose centre the unscaled crop is taken: the face, or the guide if no face is known
   * @param signal ends the run
   * @returns why the run was given up, if it was
   */
  async record(middle: Box, signal: AbortSignal): Promise<RecordedRun | Interruption> {
    const { x, y } = boxCentre(middle);
    const place = (at: number, length: number, whole: number): number =>
      Math.max(0, Math.min(Math.round(at - length / 2), whole - length));
    const region = {
      x: place(x, crop.width, this.video.videoWidth),
      y: place(y, crop.height, this.video.videoHeight),
      ...crop,
    };
    const frames: RecordedFrame[] = [];
    const result = await new Promise<Still | Interruption>((onEnd) => {
      this.run = { region, frames, onEnd };
      signal.addEventListener('abort', () => onEnd('aborted'), { once: true });
    });
    return typeof result === 'string' ? result : { frames, photo: result };
  }

  /** Encodes the most recent stills as JPEG frames, oldest first. */
  async encodeStills(): Promise<RecordedFrame[]> {
    const encoded: RecordedFrame[] = [];
    for (const { at, pixels } of this.stills) {
      const bytes = new Uint8Array(await (await encodeJpeg(pixels, jpegQuality)).arrayBuffer());
      if (bytes.length <= packetLimits.jpegFrame) encoded.push(this.framed('jpeg', pixels, at, this.whole(), bytes));
    }
    return encoded;
  }

  /** The frame times recorded so far. */
  timing(): Pick<PacketTiming, 'frameTimes' | 'frameClock' | 'mediaTimes' | 'presentedFrames'> {
    const known = this.times.filter(({ mediaTime }) => mediaTime !== undefined);
    const frameClock =
      known.length === 0 ? 'none' : known.every(({ captureTime }) => captureTime !== undefined) ? 'capture' : 'presentation';
    const first = known[0]?.presentedFrames;
    const last = known.at(-1)?.presentedFrames;
    return {
      frameClock,
      frameTimes: known.map(({ at, captureTime }) => Math.max(0, frameClock === 'capture' ? captureTime! : at)),
      mediaTimes: known.map(({ mediaTime }) => Math.max(0, mediaTime!)),
      ...(first === undefined || last === undefined ? {} : { presentedFrames: last - first + 1 }),
    };
  }

  private restart(width: number, height: number, why: Interruption): void {
    this.run?.onEnd(why);
    this.run = undefined;
    this.release();
    this.size = `${width}×${height}`;
    this.times = [];
    this.wholePixels = makeCanvas(lumaWidth, Math.max(1, Math.round((height / width) * lumaWidth)));
  }

  /** Frees the pixels of the stills: some browsers collect canvases late, and allow few of them. */
  release(): void {
    for (const { pixels } of this.stills) freeCanvas(pixels);
    if (this.spare) freeCanvas(this.spare);
    if (this.wholePixels) freeCanvas(this.wholePixels);
    this.stills = [];
    this.spare = undefined;
    this.wholePixels = undefined;
  }

  private keepStill(at: number): void {
    const { videoWidth, videoHeight } = this.video;
    const width = Math.min(jpegWidth, videoWidth);
    const pixels = this.spare ?? makeCanvas(width, Math.round((videoHeight / videoWidth) * width), false);
    pixels.drawImage(this.video, 0, 0, pixels.canvas.width, pixels.canvas.height);
    this.stills.push({ at, pixels });
    this.spare = this.stills.length > jpegCount ? this.stills.shift()!.pixels : undefined;
  }

  private addToRun(run: Run, at: number): void {
    const count = run.frames.length / 2 + 1;
    const isSlow = count >= fewestFrames && at - run.frames[0]!.part.at >= longestRun;
    if (count < runLength && !isSlow) {
      this.addPair(run, at, this.video);
      return;
    }
    // The last pair is from the photo's pixels: each drawing from the video may return a later frame in a busy browser.
    const pixels = grabFrame(this.video);
    this.addPair(run, at, pixels.canvas);
    run.onEnd({ at, pixels });
    this.run = undefined;
  }

  private addPair({ region, frames }: Run, at: number, source: CanvasImageSource): void {
    const { cropPixels, wholePixels } = this;
    if (!wholePixels) return;
    cropPixels.drawImage(source, region.x, region.y, region.width, region.height, 0, 0, region.width, region.height);
    wholePixels.drawImage(source, 0, 0, wholePixels.canvas.width, wholePixels.canvas.height);
    for (const [pixels, part] of [
      [cropPixels, region],
      [wholePixels, this.whole()],
    ] as const) {
      const { width, height } = pixels.canvas;
      frames.push(this.framed('luma', pixels, at, part, toLuma(pixels.getImageData(0, 0, width, height))));
    }
  }

  private framed(
    kind: 'jpeg' | 'luma',
    { canvas: { width, height } }: CanvasRenderingContext2D,
    at: number,
    region: Region,
    bytes: Uint8Array<ArrayBuffer>,
  ): RecordedFrame {
    return { part: { kind, width, height, length: bytes.length, at, region }, bytes };
  }

  private whole(): Region {
    return { x: 0, y: 0, width: this.video.videoWidth, height: this.video.videoHeight };
  }
}
