/** One frame of a video, just shown. All times in ms. */
export interface ShownFrame {
  /** when it was given to the screen, on the page's clock */
  readonly at: number;
  /** when the camera took it, on the same clock; not every browser tells */
  readonly captureTime?: number;
  /** on the stream's clock; absent without requestVideoFrameCallback */
  readonly mediaTime?: number;
  /** frames shown so far */
  readonly presentedFrames?: number;
}

/**
 * Calls back for each frame that a video shows, while the picture can be drawn from the video. Browsers without
 * requestVideoFrameCallback (https://wicg.github.io/video-rvfc/) call back on each repaint and know no frame's own time.
 * @returns ends it
 */
export function watchFrames(video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): () => void {
  let handle = 0;
  if ('requestVideoFrameCallback' in video) {
    const next = (_now: number, told: VideoFrameCallbackMetadata): void => {
      handle = video.requestVideoFrameCallback(next);
      onFrame({
        at: told.presentationTime,
        ...(told.captureTime === undefined ? {} : { captureTime: told.captureTime }),
        mediaTime: told.mediaTime * 1000,
        presentedFrames: told.presentedFrames,
      });
    };
    handle = video.requestVideoFrameCallback(next);
    return () => video.cancelVideoFrameCallback(handle);
  }
  const element = video as HTMLVideoElement;
  const next = (now: number): void => {
    handle = requestAnimationFrame(next);
    if (element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) onFrame({ at: now });
  };
  handle = requestAnimationFrame(next);
  return () => cancelAnimationFrame(handle);
}
