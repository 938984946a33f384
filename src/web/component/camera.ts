import { CaptureError } from './capture-error.js';

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

/**
 * Asks for permission and starts a camera, with a resolution as close as possible to the preferred one.
 * @param deviceId '' for the camera that faces the user, which is also used if the given one no longer exists
 * @param width preferred, in pixels
 * @param height preferred, in pixels
 * @throws CaptureError
 */
export async function startCamera(deviceId: string, width: number, height: number): Promise<Camera> {
  if (!isSecureContext) throw new CaptureError('insecure-context', 'Cameras are available only on https pages and on localhost.');
  if (!navigator.mediaDevices?.getUserMedia)
    throw new CaptureError('unsupported-browser', 'This browser does not support access to cameras.');
  const size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  const facingUser: MediaTrackConstraints = { ...size, facingMode: { ideal: 'user' } };
  try {
    const stream = await ask(deviceId === '' ? facingUser : { ...size, deviceId: { exact: deviceId } }).catch(
      (error: unknown) => {
        if (deviceId !== '' && error instanceof Error && error.name === 'OverconstrainedError') return ask(facingUser);
        throw error;
      },
    );
    const track = stream.getVideoTracks()[0]!;
    return { stream, track, facesUser: track.getSettings().facingMode !== 'environment' };
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

const ask = (video: MediaTrackConstraints): Promise<MediaStream> => navigator.mediaDevices.getUserMedia({ video, audio: false });

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
