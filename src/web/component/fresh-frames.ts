/**
 * Maximum age of a fresh frame, in ms. Cameras deliver at least one frame per half second, also in the dark; the rest is for
 * pages whose thread is busy.
 */
export const maxFrameAge = 2000;

/**
 * The one definition of a fresh frame: what the preview shows was delivered by a running camera a moment ago. Only fresh frames
 * are analysed, recorded and photographed.
 */
export class FreshFrames {
  private last: { readonly at: number; readonly width: number; readonly height: number } | undefined;
  private count = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly track: MediaStreamTrack,
  ) {}

  /** Notes that the video has just presented a new frame. */
  note(): void {
    this.count++;
    this.last = { at: performance.now(), width: this.video.videoWidth, height: this.video.videoHeight };
  }

  /** Number of frames presented so far. Unchanged: the video still shows the same frame. */
  get presented(): number {
    return this.count;
  }

  /**
   * Whether the video shows a fresh frame: at most `maxFrameAge` old, of the video's current size, from a live and unmuted track,
   * in a playing video on a visible page.
   */
  get isFresh(): boolean {
    const { video, track, last } = this;
    return (
      last !== undefined &&
      performance.now() - last.at <= maxFrameAge &&
      last.width === video.videoWidth &&
      last.height === video.videoHeight &&
      last.width > 0 &&
      track.readyState === 'live' &&
      !track.muted &&
      !video.paused &&
      document.visibilityState === 'visible'
    );
  }
}
