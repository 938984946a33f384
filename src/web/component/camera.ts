import { CaptureError } from './capture-error.js';
import { betterLens, suitabilityOfRunning } from './choose-lens.js';

/** A running camera. */
export interface Camera {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  /** whether it faces the user, so that its preview must be mirrored */
  readonly facesUser: boolean;
}

/** A camera that can be chosen. */
export interface CameraChoice {
  readonly deviceId: string;
  /** '' until permission is granted */
  readonly label: string;
}

/** Which camera to start, and how. */
export interface CameraWish {
  /** '' for the camera that faces the user, which is also used if the given one no longer exists */
  readonly deviceId: string;
  /** the camera to return to if the given one cannot be started */
  readonly former?: string | undefined;
  /** preferred size, in pixels */
  readonly width: number;
  readonly height: number;
}

/**
 * Asks for permission and starts a camera, with a resolution as close as possible to the preferred one.
 * @param signal aborted when the camera is no longer wanted; what starts afterwards is stopped
 * @throws CaptureError
 */
export async function startCamera(wish: CameraWish, signal: AbortSignal): Promise<Camera> {
  if (!isSecureContext) throw new CaptureError('insecure-context', 'Cameras are available only on https pages and on localhost.');
  if (!navigator.mediaDevices?.getUserMedia)
    throw new CaptureError('unsupported-browser', 'This browser does not support access to cameras.');
  const { deviceId, former, width, height } = wish;
  const size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  const facingUser: MediaTrackConstraints = { ...size, facingMode: { ideal: 'user' } };
  const exactly = (id: string): MediaTrackConstraints => ({ ...size, deviceId: { exact: id } });
  try {
    if (deviceId === '') return await startSuitable(facingUser, exactly, signal);
    return await ask(exactly(deviceId)).catch((error: unknown) => {
      if (signal.aborted) throw error;
      if (former) return ask(exactly(former));
      if (error instanceof Error && error.name === 'OverconstrainedError') return ask(facingUser);
      throw error;
    });
  } catch (error) {
    throw explain(error);
  }
}

/** Stops a camera and releases it, which turns its light off. */
export function stopCamera(camera: Camera): void {
  for (const track of camera.stream.getTracks()) track.stop();
}

/** Lists the video inputs. Empty if the browser does not reveal them. */
export async function listCameras(): Promise<CameraChoice[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Starts the camera that the browser takes for the user's, or another lens if that one is not made for selfies. */
async function startSuitable(
  facingUser: MediaTrackConstraints,
  exactly: (deviceId: string) => MediaTrackConstraints,
  signal: AbortSignal,
): Promise<Camera> {
  const camera = await ask(facingUser);
  const { track } = camera;
  const suitability = suitabilityOfRunning(track.label, track.getSettings().facingMode);
  const better = suitability < 0 ? betterLens(await listCameras(), suitability) : undefined;
  if (!better || signal.aborted) return camera;
  // Phones run one camera at a time.
  stopCamera(camera);
  return ask(exactly(better.deviceId)).catch(() => ask(exactly(track.getSettings().deviceId ?? '')));
}

async function ask(video: MediaTrackConstraints): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  const track = stream.getVideoTracks()[0]!;
  return { stream, track, facesUser: track.getSettings().facingMode !== 'environment' };
}

/**
 * Translates an error. The names are those of the Media Capture specification; NotFoundError may also mean disabled by the
 * system.
 */
function explain(error: unknown): CaptureError {
  const name = error instanceof Error ? error.name : '';
  const cause = { cause: error };
  if (name === 'NotAllowedError' || name === 'SecurityError')
    return new CaptureError('permission-refused', 'Permission to use the camera was denied.', cause);
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return new CaptureError('no-camera', 'No camera was found.', cause);
  if (name === 'NotReadableError' || name === 'AbortError')
    return new CaptureError('camera-in-use', 'The camera cannot be read: another program may be using it.', cause);
  return new CaptureError('camera-failed', 'The camera could not be started.', cause);
}
