import { type Camera, stopCamera } from './camera.js';
import { CaptureError } from './capture-error.js';
import { type ShownFrame, watchFrames } from './frame-feed.js';
import { FreshFrames } from './fresh-frames.js';

/** What happens to a preview. */
export interface PreviewEvents {
  /** a new frame is presented and can be drawn */
  onFrame(frame: ShownFrame): void;
  /** there has been no fresh frame for a moment */
  onPause(): void;
  /** fresh frames come again after `onPause`, or after `onBlocked` in a preview that has played before */
  onResume(): void;
  /** the browser plays the video only after a tap: call `resume` in its handler */
  onBlocked(): void;
  /** no frames came for so long that the camera must be restarted */
  onLost(error: CaptureError): void;
}

/** Ms between two looks at the state of the preview. */
const every = 250;
/** Ms without a fresh frame after which users are told, and after which the camera counts as lost. */
const [toldAfter, lostAfter] = [500, 8000];
/** As `lostAfter`, before the first frame: cameras of some computers take several seconds to start. */
const neverAfter = 20_000;

/**
 * A running camera and the video that shows it. Systems pause videos and mute cameras, for example for a call, and cameras stall:
 * the preview is resumed where that is possible, and reported as lost otherwise.
 */
export class Preview {
  readonly frames: FreshFrames;
  private readonly over = new AbortController();
  private readonly stopFrames: () => void;
  /** ms for which there has been no fresh frame while somebody was watching */
  private waited = 0;
  private isPaused = false;
  private isBlocked = false;
  private isResuming = false;

  /** Shows a camera. The caller has set the stream as the video's source. */
  constructor(
    readonly camera: Camera,
    private readonly video: HTMLVideoElement,
    private readonly events: PreviewEvents,
  ) {
    const { track } = camera;
    const { signal } = this.over;
    this.frames = new FreshFrames(video, track);
    this.stopFrames = watchFrames(video, (frame) => {
      this.frames.note();
      events.onFrame(frame);
    });
    const resume = (): void => {
      if (document.visibilityState === 'visible') this.resume();
    };
    for (const [target, event] of [
      [video, 'pause'],
      [document, 'visibilitychange'],
      [window, 'pageshow'],
      [track, 'unmute'],
    ] as const)
      target.addEventListener(event, resume, { signal });
    track.addEventListener('ended', () => this.lose(), { signal });
    this.watch();
  }

  /** Waits until the video plays. Rejects never: what goes wrong is reported as an event. */
  async play(): Promise<void> {
    const { video, over } = this;
    if (!this.isBlocked) this.resume();
    // The regular looks may have started it already.
    if (over.signal.aborted || (!video.paused && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA)) return;
    await new Promise<void>((resolve) => {
      video.addEventListener('playing', () => resolve(), { once: true, signal: over.signal });
      over.signal.addEventListener('abort', () => resolve());
    });
  }

  /** Lets the video play again. In the handler of a tap, this lifts a browser's block. */
  resume(): void {
    if (!this.video.paused || this.isResuming) return;
    this.isResuming = true;
    this.video
      .play()
      .then(
        () => {
          this.isBlocked = false;
        },
        (error: unknown) => this.onPlayError(error),
      )
      .finally(() => {
        this.isResuming = false;
      });
  }

  /** Resolves with the next fresh frame, or once the preview has ended. */
  async untilFresh(): Promise<void> {
    while (!this.over.signal.aborted && !this.frames.isFresh) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Stops the camera, which turns its light off. */
  end(): void {
    this.over.abort();
    this.stopFrames();
    stopCamera(this.camera);
  }

  private onPlayError(error: unknown): void {
    if (this.over.signal.aborted) return;
    const name = error instanceof Error ? error.name : '';
    // The next look tries again after an AbortError: a pause or another source interrupted the start.
    if (name === 'AbortError') return;
    // Not a matter of permission for the camera: phones in low power mode play no video without a tap.
    if (name === 'NotAllowedError') {
      this.isBlocked = true;
      this.isPaused = this.frames.presented > 0;
      this.events.onBlocked();
    } else this.events.onLost(new CaptureError('camera-failed', 'The preview could not be played.', { cause: error }));
  }

  private watch(): void {
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      // No more than two looks' worth: a page that was busy or asleep has missed frames, but the camera has not.
      const passed = Math.min(now - before, 2 * every);
      before = now;
      this.look(passed);
    }, every);
    this.over.signal.addEventListener('abort', () => clearInterval(timer));
  }

  private look(passed: number): void {
    const { frames, events, camera } = this;
    if (camera.track.readyState === 'ended') this.lose();
    else if (frames.isFresh) {
      this.waited = 0;
      if (!this.isPaused) return;
      this.isPaused = false;
      events.onResume();
    } else if (document.visibilityState !== 'visible' || this.isBlocked) this.waited = 0;
    else {
      this.waited += passed;
      this.resume();
      const hasStarted = frames.presented > 0;
      if (hasStarted && !this.isPaused && this.waited >= toldAfter) {
        this.isPaused = true;
        events.onPause();
      }
      if (this.waited >= (hasStarted ? lostAfter : neverAfter)) this.lose();
    }
  }

  private lose(): void {
    if (this.over.signal.aborted) return;
    const error =
      this.frames.presented > 0
        ? new CaptureError('camera-lost', 'The camera stopped.')
        : new CaptureError('camera-failed', 'The camera delivered no picture.');
    this.events.onLost(error);
  }
}
