/** A video frame that has just been presented. All times are in ms. */
export interface ShownFrame {
  /** time of presentation, on the page's clock */
  readonly at: number;
  /** time of capture by the camera, on the page's clock; only in some browsers */
  readonly captureTime?: number;
  /** time on the stream's clock; absent without requestVideoFrameCallback */
  readonly mediaTime?: number;
  /** number of frames presented so far */
  readonly presentedFrames?: number;
}

/**
 * Calls `onFrame` for each frame that a video presents, while the frame can be drawn from the video. Browsers without
 * requestVideoFrameCallback (https://wicg.github.io/video-rvfc/) call it on each repaint and do not know the frames' own times.
 * @returns a function that stops the calls
 */
export function watchFrames(video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): () => void {
  let handle = 0;
  if ('requestVideoFrameCallback' in video) {
    const next = (_now: number, frame: VideoFrameCallbackMetadata): void => {
      handle = video.requestVideoFrameCallback(next);
      onFrame({
        at: frame.presentationTime,
        ...(frame.captureTime === undefined ? {} : { captureTime: frame.captureTime }),
        mediaTime: frame.mediaTime * 1000,
        presentedFrames: frame.presentedFrames,
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
