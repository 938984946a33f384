import type { FaceDetection } from '../../inference/models/face-detection.js';
import { type Camera, listCameras, startCamera, stopCamera } from './camera.js';
import { freeCanvas } from './canvas.js';
import { CaptureError, toFault } from './capture-error.js';
import { comeCloser, ovalSizeFor, placeFaceText } from './come-closer.js';
import { FrameRecorder, type RecordedRun } from './frame-recorder.js';
import { guideBox } from './guide.js';
import { HintLine } from './hint-line.js';
import { Preview } from './preview.js';
import type { CaptureResult } from './public-api.js';
import { maxPhotoBytes, sealCapture } from './seal-capture.js';
import { readClockOffset } from './server-clock.js';
import type { SessionHost } from './session-host.js';
import { encodePhoto } from './take-photo.js';
import { type Look, watchFace } from './watch-face.js';

/** Ms after which users are told where to look for the browser's question. */
const unansweredAfter = 8000;
/** How often a recording may be interrupted in a session, by turning the phone or by a camera that stalls. */
const maxInterruptions = 3;
/** Minimum shorter side of the video, in pixels. In a smaller one, a face is below the server's minimum size. */
const smallestSide = 120;

/** A capture session, from starting the camera to stopping it. */
export class CaptureSession {
  private readonly over = new AbortController();
  private readonly hint: HintLine;
  private preview: Preview | undefined;
  private recorder: FrameRecorder | undefined;
  private face: FaceDetection | undefined;
  private openedAt = 0;
  private interruptions = 0;
  private isTaking = false;
  /** whether the detector could not be loaded, or failed */
  private lacksDetector = false;

  /** @param former id of the camera to return to if the chosen one cannot be started */
  constructor(
    private readonly host: SessionHost,
    private readonly former?: string,
  ) {
    this.hint = new HintLine(host.view, (text) => host.onHint(text));
  }

  /** whether the camera is starting or running: not closed, failed or done */
  get isRunning(): boolean {
    return !this.over.signal.aborted;
  }

  /** Id of the running camera; undefined while there is none, or where the browser does not tell. */
  get deviceId(): string | undefined {
    return this.preview?.camera.track.getSettings().deviceId;
  }

  /** Starts the camera and looks for a face. Faults are reported to the host. */
  async start(): Promise<void> {
    const { host } = this;
    const { isSealed, sdkPath } = host.settings();
    host.view.show('starting', false);
    host.view.showOvalSize(ovalSizeFor(host.settings()));
    this.hint.show(host.texts().starting);
    const { signal } = this.over;
    // The key is loaded while the user answers the permission prompt, so that a failure shows now and not after the photo.
    const key = isSealed && isSecureContext ? host.key() : undefined;
    // As is the server's time.
    key?.then(() => readClockOffset(sdkPath)).catch(() => {});
    try {
      const camera = await this.startCamera();
      if (signal.aborted) return stopCamera(camera);
      await this.showPreview(camera, key);
      if (signal.aborted) return;
      host.view.show('live', host.settings().hasMask);
      const wasRefused = this.former !== undefined && this.former === this.deviceId;
      this.hint.show(wasRefused ? host.texts().cameraKept : this.placeText(), {
        stays: wasRefused ? 3000 : 0,
      });
      host.onOpen();
      void this.lookForFace();
    } catch (error) {
      this.fail(toFault(error));
    }
  }

  /** Plays a preview that the browser has blocked. Call it in the handler of a tap. */
  play(): void {
    this.preview?.resume();
  }

  /**
   * Takes the photo and seals it. Does nothing if there is no preview, or while a photo is being taken.
   * @param isAutomatic whether to look for the face again if the recording is interrupted, instead of recording again at once
   */
  async takePhoto(isAutomatic = false): Promise<void> {
    const { host, preview, recorder } = this;
    if (!preview || !recorder || this.isTaking || this.over.signal.aborted) return;
    this.isTaking = true;
    host.onBeforeCapture();
    const { isSmall, isSealed, isCloser, closesItself, hasMask } = host.settings();
    host.view.show('taking', hasMask);
    this.hint.show(host.texts().taking);
    try {
      const run = await this.record(preview, recorder, isAutomatic);
      if (!run) return;
      const { pixels, at } = run.photo;
      const timing = { openedAt: this.openedAt, capturedAt: Math.max(at, performance.now()), ...recorder.timing() };
      host.view.showPhoto(pixels);
      const photo = await encodePhoto(pixels, at, maxPhotoBytes(isSmall, isCloser));
      freeCanvas(pixels);
      const before = isSealed ? [...(await recorder.encodeStills()), ...run.frames] : [];
      const approach = isCloser ? await comeCloser(host, preview.frames, this.hint, this.over.signal) : [];
      if (!approach) {
        this.isTaking = false;
        if (!this.over.signal.aborted) host.view.show('live', hasMask);
        return;
      }
      const frames = [...before, ...approach];
      const result = isSealed ? await this.seal({ photo, frames, timing, camera: preview.camera }) : { photo: photo.blob };
      if (this.over.signal.aborted) return;
      if (!closesItself) {
        this.end();
        host.view.show('done', false);
        this.hint.show(host.texts().taken);
      }
      host.onCapture(result);
    } catch (error) {
      this.fail(toFault(error, 'capture-failed'));
    }
  }

  /** Ends the session and releases the camera. */
  end(): void {
    this.over.abort();
    if (!this.preview) return;
    this.preview.end();
    this.recorder?.release();
    this.host.view.showVideo(null, false);
    this.preview = undefined;
  }

  private async startCamera(): Promise<Camera> {
    const { isSmall, deviceId } = this.host.settings();
    const [width, height] = isSmall ? [1280, 720] : [1920, 1080];
    const { signal } = this.over;
    const timer = setTimeout(() => signal.aborted || this.hint.show(this.host.texts().stillStarting), unansweredAfter);
    try {
      return await startCamera({ deviceId, former: this.former, width, height }, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private async showPreview(camera: Camera, key: Promise<unknown> | undefined): Promise<void> {
    const { view } = this.host;
    const { signal } = this.over;
    view.showVideo(camera.stream, camera.facesUser);
    const preview = new Preview(camera, view.video, {
      onFrame: (frame) => this.recorder?.note(frame),
      onPause: () => this.onPause(),
      onResume: () => this.onResume(),
      onBlocked: () => this.onBlocked(),
      onLost: (error) => this.fail(error),
    });
    this.preview = preview;
    await key;
    if (signal.aborted) return;
    await preview.play();
    if (signal.aborted) return;
    if (Math.min(view.video.videoWidth, view.video.videoHeight) < smallestSide)
      throw new CaptureError('camera-failed', 'The picture of the camera is too small.', { advice: 'smallPicture' });
    this.openedAt = performance.now();
    this.recorder = new FrameRecorder(view.video);
    view.showCameras(await listCameras(), this.deviceId ?? '');
  }

  /** What the user is to do before the photo. Without a detector, users position themselves by the oval and press the button. */
  private placeText(): string {
    const { texts, settings } = this.host;
    return this.lacksDetector ? texts().noDetector : placeFaceText(texts(), settings());
  }

  private onPause(): void {
    this.host.view.showStale(true);
    this.hint.show(this.host.texts().paused);
  }

  private onBlocked(): void {
    this.host.view.show('blocked', false);
    this.hint.show(this.host.texts().blocked);
  }

  private onResume(): void {
    const { view, settings, texts } = this.host;
    view.show(this.isTaking ? 'taking' : 'live', settings().hasMask);
    this.hint.show(this.isTaking ? texts().taking : this.placeText(), { stays: 0 });
  }

  /** Records the frames and the photo. @returns undefined if the session has ended, or looks for a face again */
  private async record(preview: Preview, recorder: FrameRecorder, isAutomatic: boolean): Promise<RecordedRun | undefined> {
    const { host } = this;
    await preview.untilFresh();
    if (this.over.signal.aborted) return undefined;
    const run = await recorder.record(
      this.face?.box ?? guideBox(host.view.video, host.view.stageSize, ovalSizeFor(host.settings())),
      this.over.signal,
    );
    if (typeof run !== 'string') return run;
    if (run === 'aborted') return undefined;
    this.interruptions++;
    if (this.interruptions > maxInterruptions)
      throw new CaptureError('capture-failed', `The recording was interrupted ${this.interruptions} times.`, { advice: run });
    // The face was found in pixels of another picture, or a while ago.
    this.face = undefined;
    if (!isAutomatic) return this.record(preview, recorder, isAutomatic);
    this.isTaking = false;
    host.view.show('live', host.settings().hasMask);
    this.hint.show(run === 'turned' ? host.texts().turned : this.placeText());
    return undefined;
  }

  private async seal(capture: Omit<Parameters<typeof sealCapture>[0], 'externalMeta' | 'clockOffset'>): Promise<CaptureResult> {
    const { host } = this;
    const clockOffset = await readClockOffset(host.settings().sdkPath);
    const sealed = { ...capture, externalMeta: host.externalMeta(), clockOffset };
    return { photo: capture.photo.blob, encryptedFile: await sealCapture(sealed, await host.key()) };
  }

  private async lookForFace(): Promise<void> {
    const { host, preview } = this;
    const { signal } = this.over;
    if (!preview) return;
    try {
      const finder = await host.finder();
      await watchFace(host.view.video, finder, {
        frames: preview.frames,
        checks: () => host.settings().checks,
        details: () => host.details(),
        customQuality: () => host.customQuality(),
        isPaused: () => this.isTaking,
        stageSize: () => host.view.stageSize,
        ovalSize: () => ovalSizeFor(host.settings()),
        signal,
        onLook: (look) => this.onLook(look),
      });
    } catch {
      this.lacksDetector = true;
      if (!this.isTaking) this.hint.showNext(this.placeText(), signal);
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
    this.hint.offer(hints[0] ? (text ?? texts.hints[hints[0]]) : capturesItself ? texts.hold : texts.press, hints.length === 0);
    if (capturesItself && progress === 1) void this.takePhoto(true);
  }

  private fail(error: CaptureError): void {
    if (this.over.signal.aborted) return;
    this.end();
    this.host.onFault(error);
  }
}
