import type { Box } from '../../imaging/geometry.js';
import type { FaceDetection } from '../../inference/models/face-detection.js';
import { ovalSizes } from './approach-steps.js';
import { type Camera, listCameras, startCamera, stopCamera } from './camera.js';
import { CaptureError } from './capture-error.js';
import { comeCloser } from './come-closer.js';
import type { EncryptionKey } from './encryption-key.js';
import type { FaceDetails } from './face-details.js';
import type { FaceFinder } from './face-finder.js';
import { watchFrames } from './frame-feed.js';
import { FrameRecorder, type RecordedFrame } from './frame-recorder.js';
import { guideInPicture } from './guide.js';
import type { CaptureResult, CustomQualityFunction, Hint } from './public-api.js';
import { maxPhotoBytes, sealCapture } from './seal-capture.js';
import type { CaptureSettings } from './settings.js';
import { encodePhoto, type Photo } from './take-photo.js';
import type { Texts } from './texts.js';
import type { View } from './view.js';
import { type Look, watchFace } from './watch-face.js';

/** What a session needs from the element, and the events that it reports to it. */
export interface SessionHost {
  readonly view: View;
  settings(): CaptureSettings;
  texts(): Texts;
  externalMeta(): string;
  key(): Promise<EncryptionKey>;
  finder(): Promise<FaceFinder>;
  /** undefined if no check needs them */
  details(): Promise<FaceDetails | undefined>;
  customQuality(): CustomQualityFunction | undefined;
  onOpen(): void;
  onLook(faces: readonly FaceDetection[], hints: readonly Hint[]): void;
  onHint(text: string): void;
  onBeforeCapture(): void;
  onCapture(result: CaptureResult): void;
  onFault(error: CaptureError): void;
}

/** Maximum time for recording the frames around the photo, in ms. In the dark, a camera delivers about ten frames per second. */
const longestRun = 2500;
/** Minimum time for which a hint is shown, in ms, so that it can be read or heard. */
const hintStays = 900;

/** A capture session, from starting the camera to stopping it. */
export class CaptureSession {
  private readonly over = new AbortController();
  private camera: Camera | undefined;
  private recorder: FrameRecorder | undefined;
  private stopFrames: (() => void) | undefined;
  private face: FaceDetection | undefined;
  private openedAt = 0;
  private hintSince = 0;
  private shownHint = '';
  private isTaking = false;

  constructor(private readonly host: SessionHost) {}

  /** whether the camera is starting or running: not closed, failed or done */
  get isRunning(): boolean {
    return !this.over.signal.aborted;
  }

  /** Starts the camera and looks for a face. Faults are reported to the host. */
  async start(): Promise<void> {
    const { host } = this;
    const { isSmall, isSealed, isCloser, deviceId } = host.settings();
    host.view.show('starting', false);
    host.view.showOvalSize(this.ovalSize);
    this.hintNow(host.texts().starting);
    const { signal } = this.over;
    // The key is loaded while the user answers the permission prompt, so that a failure shows now and not after the photo.
    const key = isSealed && isSecureContext ? host.key() : undefined;
    key?.catch(() => {});
    try {
      const [width, height] = isSmall ? [1280, 720] : [1920, 1080];
      const camera = await startCamera(deviceId, width, height);
      if (signal.aborted) return stopCamera(camera);
      this.camera = camera;
      camera.track.addEventListener('ended', () => this.fail(new CaptureError('camera-lost', 'The camera stopped.')), { signal });
      await key;
      if (signal.aborted) return;
      await this.showPreview(camera);
      if (signal.aborted) return;
      host.view.show('live', host.settings().hasMask);
      this.hintNow(isCloser ? host.texts().placeFaceFar : host.texts().placeFace);
      // The first hint from the detector may replace this one at once.
      this.hintSince = 0;
      host.onOpen();
      void this.lookForFace();
    } catch (error) {
      this.fail(toFault(error));
    }
  }

  /** Takes the photo and seals it. Does nothing if there is no preview, or while a photo is being taken. */
  async takePhoto(): Promise<void> {
    const { host, camera, recorder } = this;
    if (!camera || !recorder || this.isTaking || this.over.signal.aborted) return;
    this.isTaking = true;
    host.onBeforeCapture();
    const { isSmall, isSealed, isCloser, closesItself, hasMask } = host.settings();
    host.view.show('taking', hasMask);
    this.hintNow(host.texts().taking);
    try {
      const run = await recorder.record(this.face?.box ?? this.guideBox(), longestRun);
      const { pixels, at } = run.photo;
      const timing = { openedAt: this.openedAt, capturedAt: Math.max(at, performance.now()), ...recorder.timing() };
      host.view.showPhoto(pixels);
      const photo = await encodePhoto(pixels, at, maxPhotoBytes(isSmall, isCloser));
      // Before the user comes closer: the recorder goes on.
      const stills = await recorder.encodeStills();
      const approach = isCloser ? await this.recordApproach() : [];
      if (!approach) return;
      const result = isSealed
        ? await this.seal(camera, photo, timing, [...stills, ...run.frames, ...approach])
        : { photo: photo.blob };
      if (this.over.signal.aborted) return;
      if (!closesItself) {
        this.end();
        host.view.show('done', false);
        this.hintNow(host.texts().taken);
      }
      host.onCapture(result);
    } catch (error) {
      this.fail(toFault(error, 'capture-failed'));
    }
  }

  /** Ends the session and releases the camera. */
  end(): void {
    this.over.abort();
    this.release();
  }

  /** @returns undefined if the user must start again */
  private async recordApproach(): Promise<RecordedFrame[] | undefined> {
    const { host } = this;
    const frames = await comeCloser({
      view: host.view,
      finder: await host.finder().catch(() => undefined),
      isSmall: host.settings().isSmall,
      signal: this.over.signal,
      isFresh: () => document.visibilityState === 'visible',
      texts: () => host.texts(),
      hint: (text, isGood) => this.hintNow(text, isGood),
    });
    if (frames || this.over.signal.aborted) return frames;
    this.hintNow(host.texts().closerLate);
    host.view.show('live', host.settings().hasMask);
    this.isTaking = false;
    return undefined;
  }

  private get ovalSize(): number {
    return this.host.settings().isCloser ? ovalSizes.far : 1;
  }

  private async seal(
    camera: Camera,
    photo: Photo,
    timing: Parameters<typeof sealCapture>[0]['timing'],
    frames: Parameters<typeof sealCapture>[0]['frames'],
  ): Promise<CaptureResult> {
    const sealed = { photo, frames, timing, camera, externalMeta: this.host.externalMeta() };
    return { photo: photo.blob, encryptedFile: await sealCapture(sealed, await this.host.key()) };
  }

  private async showPreview(camera: Camera): Promise<void> {
    const { view } = this.host;
    view.showVideo(camera.stream, camera.facesUser);
    await view.video.play();
    if (this.over.signal.aborted) return;
    this.openedAt = performance.now();
    const recorder = new FrameRecorder(view.video);
    this.recorder = recorder;
    this.stopFrames = watchFrames(view.video, (frame) => recorder.note(frame));
    view.showCameras(await listCameras(), camera.track.getSettings().deviceId ?? '');
  }

  private async lookForFace(): Promise<void> {
    const { host } = this;
    const { signal } = this.over;
    try {
      const finder = await host.finder();
      await watchFace(host.view.video, finder, {
        checks: () => host.settings().checks,
        details: () => host.details(),
        customQuality: () => host.customQuality(),
        isPaused: () => this.isTaking,
        stageSize: () => host.view.stageSize,
        ovalSize: () => this.ovalSize,
        signal,
        onLook: (look) => this.onLook(look),
      });
    } catch {
      // Without a detector, users position themselves by the oval and press the button.
      if (!signal.aborted && !this.isTaking) this.hintNow(host.texts().noDetector);
    }
  }

  private onLook({ faces, main, hints, text, progress }: Look): void {
    if (this.isTaking) return;
    const { host } = this;
    const { capturesItself } = host.settings();
    this.face = main;
    host.onLook(faces, hints);
    if (this.over.signal.aborted) return;
    host.view.showGood(hints.length === 0, capturesItself ? progress : 0);
    const texts = host.texts();
    if (performance.now() - this.hintSince >= hintStays)
      this.hintNow(hints[0] ? (text ?? texts.hints[hints[0]]) : capturesItself ? texts.hold : texts.press, hints.length === 0);
    if (capturesItself && progress === 1) void this.takePhoto();
  }

  private hintNow(text: string, isGood = false): void {
    if (text === this.shownHint) return;
    this.shownHint = text;
    this.hintSince = performance.now();
    this.host.view.showHint(text, isGood);
    this.host.onHint(text);
  }

  /** The target area of the face: the guide, in pixels of the video. */
  private guideBox(): Box {
    const { video, stageSize } = this.host.view;
    const { cx, cy, rx, ry } = guideInPicture({ width: video.videoWidth, height: video.videoHeight }, stageSize, this.ovalSize);
    return { x1: cx - rx, y1: cy - ry, x2: cx + rx, y2: cy + ry };
  }

  private fail(error: CaptureError): void {
    if (this.over.signal.aborted) return;
    this.end();
    this.host.onFault(error);
  }

  private release(): void {
    this.stopFrames?.();
    if (this.camera) {
      stopCamera(this.camera);
      this.host.view.showVideo(null, false);
    }
    this.camera = undefined;
  }
}

function toFault(error: unknown, code: 'camera-failed' | 'capture-failed' = 'camera-failed'): CaptureError {
  if (error instanceof CaptureError) return error;
  return new CaptureError(code, code === 'camera-failed' ? 'The camera could not be started.' : 'The photo could not be taken.', {
    cause: error,
  });
}
