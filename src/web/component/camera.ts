import { CaptureError } from './capture-error.js';

/** A camera that runs. */
export interface Camera {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  /** whether it shows the person in front of the screen, so that its preview is to be a mirror */
  readonly facesUser: boolean;
}

/** What the browser tells of a camera that could be chosen. */
export interface CameraChoice {
  readonly deviceId: string;
  /** '' until permission was given */
  readonly label: string;
}

/**
 * Asks for a camera and starts it. Its pictures are as large as it can, up to what is asked for.
 * @param deviceId '' for the one that faces the user; one that is gone is replaced by that as well
 * @param width pixels wished for @param height pixels wished for
 * @throws CaptureError
 */
export async function startCamera(deviceId: string, width: number, height: number): Promise<Camera> {
  if (!isSecureContext) throw new CaptureError('insecure-context', 'Cameras work on https pages and on localhost only.');
  if (!navigator.mediaDevices?.getUserMedia)
    throw new CaptureError('unsupported-browser', 'This browser gives no access to cameras.');
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

/** Ends a camera; its light goes out. */
export function stopCamera(camera: Camera): void {
  for (const track of camera.stream.getTracks()) track.stop();
}

/** The video inputs. Empty where the browser does not tell. */
export async function listCameras(): Promise<CameraChoice[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

const ask = (video: MediaTrackConstraints): Promise<MediaStream> => navigator.mediaDevices.getUserMedia({ video, audio: false });

/** The names are those of the Media Capture specification; NotFoundError also stands for "switched off by the system". */
function explain(error: unknown): CaptureError {
  const name = error instanceof Error ? error.name : '';
  const cause = { cause: error };
  if (name === 'NotAllowedError' || name === 'SecurityError')
    return new CaptureError('permission-refused', 'The use of the camera was not allowed.', cause);
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return new CaptureError('no-camera', 'There is no camera.', cause);
  if (name === 'NotReadableError' || name === 'AbortError')
    return new CaptureError('camera-in-use', 'The camera cannot be read: another program may be using it.', cause);
  return new CaptureError('camera-failed', 'The camera could not be started.', cause);
}
