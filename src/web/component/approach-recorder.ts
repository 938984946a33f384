import { packetLimits } from '../../capture/packet/layout.js';
import { boxHeight } from '../../imaging/geometry.js';
import { type ApproachStep, ApproachSteps } from './approach-steps.js';
import { encodeJpeg, makeCanvas } from './canvas.js';
import type { FaceFinder } from './face-finder.js';
import type { RecordedFrame } from './frame-recorder.js';
import { mainFace } from './hints.js';

/** Pause between two looks, in ms: leaves a slow phone some of its time, and gives a dozen looks at a movement of two seconds. */
const pause = 60;
/** Without a detector: number of frames, and ms between them. */
const [timedFrames, timedEvery] = [8, 500];
const qualities = [0.7, 0.55, 0.4];

/** Width of the frames in pixels, and the largest sum of their sizes in bytes. */
export const approachLimits = (isSmall: boolean) => (isSmall ? { width: 320, bytes: 96_000 } : { width: 480, bytes: 280_000 });

/** What recording needs, and what it reports. */
export interface ApproachParts {
  readonly video: HTMLVideoElement;
  /** undefined if it could not be loaded: frames are then recorded at intervals, and the server judges them */
  readonly finder: FaceFinder | undefined;
  readonly isSmall: boolean;
  readonly signal: AbortSignal;
  /** whether the video shows a frame of this moment */
  isFresh(): boolean;
  /** called with every look. @param progress of the way, 0..1 */
  onStep(step: ApproachStep, progress: number): void;
}

/** A frame of the video, drawn at the size at which it is sent. */
interface Still {
  readonly at: number;
  readonly pixels: CanvasRenderingContext2D;
}

/**
 * Records small frames while the user's face comes closer, until it is 1.65 times as large as at the beginning.
 * @returns the frames, the farthest first; undefined if the user must start again: too slow, the phone was turned, or aborted
 */
export async function recordApproach(parts: ApproachParts): Promise<RecordedFrame[] | undefined> {
  const { video, isSmall } = parts;
  const size = sizeOf(video);
  const stills = parts.finder ? await watchApproach(parts, parts.finder) : await timeApproach(parts);
  if (!stills || sizeOf(video) !== size) return undefined;
  const region = { x: 0, y: 0, width: video.videoWidth, height: video.videoHeight };
  const most = Math.min(packetLimits.jpegFrame, approachLimits(isSmall).bytes / stills.length);
  const frames: RecordedFrame[] = [];
  for (const { at, pixels } of stills) {
    const bytes = await encodeWithin(pixels, most);
    const { width, height } = pixels.canvas;
    frames.push({ part: { kind: 'closer', width, height, length: bytes.length, at, region }, bytes });
  }
  return frames;
}

async function watchApproach(parts: ApproachParts, finder: FaceFinder): Promise<readonly Still[] | undefined> {
  const { video, signal } = parts;
  const size = sizeOf(video);
  let steps: ApproachSteps<Still> | undefined;
  const startedAt = performance.now();
  while (!signal.aborted && sizeOf(video) === size) {
    if (parts.isFresh()) {
      const still = drawStill(parts);
      const face = mainFace(await finder.find(video));
      const height = face && boxHeight(face.box);
      if (height !== undefined) steps ??= new ApproachSteps(height, still, startedAt);
      const step = steps?.look(height, still, performance.now()) ?? 'no-face';
      parts.onStep(step, steps?.progress ?? 0);
      if (step === 'complete') return steps!.frames;
      if (step === 'late') return undefined;
    }
    await wait(pause);
  }
  return undefined;
}

async function timeApproach(parts: ApproachParts): Promise<readonly Still[] | undefined> {
  const stills: Still[] = [];
  while (stills.length < timedFrames) {
    if (parts.signal.aborted) return undefined;
    if (parts.isFresh()) stills.push(drawStill(parts));
    parts.onStep('closer', stills.length / timedFrames);
    await wait(timedEvery);
  }
  return stills;
}

function drawStill({ video, isSmall }: ApproachParts): Still {
  const { videoWidth, videoHeight } = video;
  const width = Math.min(approachLimits(isSmall).width, videoWidth);
  const pixels = makeCanvas(width, Math.round((videoHeight / videoWidth) * width), false);
  pixels.drawImage(video, 0, 0, pixels.canvas.width, pixels.canvas.height);
  return { at: performance.now(), pixels };
}

/** Encodes a JPEG of at most this many bytes, or of the lowest quality. */
async function encodeWithin(pixels: CanvasRenderingContext2D, most: number): Promise<Uint8Array<ArrayBuffer>> {
  let blob: Blob | undefined;
  for (const quality of qualities) {
    blob = await encodeJpeg(pixels, quality);
    if (blob.size <= most) break;
  }
  return new Uint8Array(await blob!.arrayBuffer());
}

const sizeOf = ({ videoWidth, videoHeight }: HTMLVideoElement): string => `${videoWidth}×${videoHeight}`;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
