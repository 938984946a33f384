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
 * Calls `onFrame` for each new frame that a video presents, while the frame can be drawn from the video. Browsers without
 * requestVideoFrameCallback (https://wicg.github.io/video-rvfc/) look for a new frame on each repaint and do not know the frames'
 * own times.
 * @returns a function that stops the calls
 */
export function watchFrames(video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): () => void {
  return 'requestVideoFrameCallback' in video ? watchByCallback(video, onFrame) : watchByRepaint(video, onFrame);
}

function watchByCallback(video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): () => void {
  let handle = 0;
  let presented = -1;
  const next = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    handle = video.requestVideoFrameCallback(next);
    // A video that resumes may present its last frame again.
    if (frame.presentedFrames === presented) return;
    presented = frame.presentedFrames;
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

function watchByRepaint(video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): () => void {
  let handle = 0;
  let before = '';
  const next = (now: number): void => {
    handle = requestAnimationFrame(next);
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    // The time alone is not enough: in some browsers it runs on while the camera delivers nothing.
    const frames = video.getVideoPlaybackQuality?.().totalVideoFrames || undefined;
    const state = `${frames ?? video.currentTime} ${video.videoWidth}×${video.videoHeight}`;
    if (state === before) return;
    before = state;
    onFrame({ at: now });
  };
  handle = requestAnimationFrame(next);
  return () => cancelAnimationFrame(handle);
}
