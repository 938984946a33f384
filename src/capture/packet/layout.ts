// The layout of a capture packet before encryption. Browser and server share this file: it must not use Node or the DOM.
//
// 0   4 bytes  "TFCP"
// 4   1 byte   version of this layout, 1
// 5   4 bytes  length of the header in bytes, big endian
// 9   header   JSON, UTF-8
//     photo    `header.photo.length` bytes
//     frames   in the order of `header.frames`, `length` bytes each; then the end

/** The version of the layout. */
const PACKET_VERSION = 1;
/** `typ` of the enclosing JWE. */
export const PACKET_TYPE = 'triface-capture';
const magic = Uint8Array.of(0x54, 0x46, 0x43, 0x50);
const prefixLength = 9;

/** The largest accepted values. A packet that exceeds one of them is unreadable, so the sender must truncate. */
export const packetLimits = {
  /** bytes of JSON */
  header: 65_536,
  /** frames of all kinds */
  frames: 48,
  /** frames of kind `jpeg` */
  jpegFrames: 4,
  /** frames of kind `closer` */
  closerFrames: 8,
  /** width and height of a luma frame, in pixels */
  lumaSide: 256,
  /** bytes of a jpeg or closer frame */
  jpegFrame: 262_144,
  /** width and height of the photo, in pixels */
  photoSide: 8192,
  /** entries of `timing.frameTimes` and `timing.mediaTimes` */
  frameTimes: 120,
  /** characters of `externalMeta` */
  externalMeta: 4096,
  /** characters of labels, names, brands and platforms */
  label: 256,
  /** characters of the user agent */
  userAgent: 1024,
  /** entries of `camera.otherLabels`, `page.brands`, `page.automation` */
  list: 16,
} as const;

/** The captured JPEG. */
export interface PhotoPart {
  readonly mediaType: 'image/jpeg';
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** bytes */
  readonly length: number;
  /** SHA-256 of the JPEG, base64url without padding (43 characters) */
  readonly sha256: string;
  /** when the video frame of the photo was presented, ms on the page's monotonic clock (`performance.now()`) */
  readonly at: number;
}

/**
 * The region of the video that a frame shows, in pixels of the video. If it has the frame's own size, the frame is not scaled.
 */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A further frame of the same stream. Senders include three or four sorts:
 * - `jpeg`: a few (3), the whole picture at 480 pixels width, spread over the second or two before the capture;
 * - `luma`, a run (12–16) of consecutive or nearly consecutive video frames, each as an **unscaled crop** of 96×72 pixels from
 *   the middle of the face, all of the same region: scaling and compression would remove the sensor's noise;
 * - `luma`, the whole picture scaled to 96 pixels width, of the same video frames (the same `at`) as the crops.
 * - `closer`, only in the closer mode: JPEGs of the whole picture at 480 pixels width (small packets: 320), taken after the photo
 *   while the face comes closer, until it is at least 1.4 times as large as in the first of them.
 * A luma pixel is one byte, round(0.299 R + 0.587 G + 0.114 B), rows from the top, no mirroring.
 */
export interface FramePart {
  readonly kind: 'jpeg' | 'luma' | 'closer';
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** bytes; for a luma frame, width × height */
  readonly length: number;
  /** like the photo's `at` */
  readonly at: number;
  readonly region: Region;
}

/** Times on the page, in ms on the page's monotonic clock. */
export interface PacketTiming {
  /** when the camera's stream began to play */
  readonly openedAt: number;
  /** when the photo was taken */
  readonly capturedAt: number;
  /**
   * times of the last video frames before the capture, ascending: `captureTime` of `requestVideoFrameCallback`, else
   * `presentationTime`
   */
  readonly frameTimes: readonly number[];
  /** which clock `frameTimes` come from; `none` if the browser lacks the callback, so that the list is empty */
  readonly frameClock: 'capture' | 'presentation' | 'none';
  /** `mediaTime` of the same frames, in ms */
  readonly mediaTimes: readonly number[];
  /**
   * frames that the stream presented during `frameTimes`, by the callback's `presentedFrames`; greater than their number if some
   * were missed
   */
  readonly presentedFrames?: number;
}

/** `MediaStreamTrack.getSettings()`, as far as the browser reports it. */
export interface CameraSettings {
  readonly width?: number;
  readonly height?: number;
  /** frames per second */
  readonly frameRate?: number;
  readonly facingMode?: string;
  readonly resizeMode?: string;
}

/** A summary of `MediaStreamTrack.getCapabilities()`. */
export interface CameraCapabilities {
  readonly maxWidth?: number;
  readonly maxHeight?: number;
  readonly maxFrameRate?: number;
  /** number of capabilities: real cameras have exposure, focus and similar ones */
  readonly count: number;
}

/** What the browser reports about the camera. */
export interface PacketCamera {
  readonly label: string;
  readonly settings: CameraSettings;
  /** absent if the browser has no `getCapabilities` */
  readonly capabilities?: CameraCapabilities;
  /** number of video inputs */
  readonly deviceCount: number;
  /** labels of the other cameras */
  readonly otherLabels: readonly string[];
}

/** What the browser reports about the page. */
export interface PacketPage {
  readonly userAgent: string;
  /** `navigator.userAgentData.brands` */
  readonly brands?: readonly { readonly brand: string; readonly version: string }[];
  readonly platform: string;
  /** length of `navigator.languages` */
  readonly languageCount: number;
  readonly hardwareConcurrency?: number;
  /** `navigator.webdriver` */
  readonly webdriver: boolean;
  /** names of traces of automation found on the page, for example `cdc_`, `__playwright`, `HeadlessChrome` */
  readonly automation: readonly string[];
  /** CSS pixels */
  readonly screen: { readonly width: number; readonly height: number; readonly pixelRatio: number };
  /** `document.visibilityState` at the capture */
  readonly visibility: string;
  readonly isSecureContext: boolean;
  /** whether the page is embedded in another page's frame */
  readonly embedded: boolean;
}

/**
 * The JSON header. Every text and list is bounded by {@link packetLimits}, times and sizes are finite; further fields are
 * refused.
 */
export interface PacketHeader {
  readonly version: 1;
  /** epoch ms by the client's clock, corrected by the server's `Date` header if possible */
  readonly createdAt: number;
  /** 128 random bits, base64url without padding (22 characters) */
  readonly nonce: string;
  readonly library: { readonly name: string; readonly version: string };
  /** the page's own text (`setExternalMeta`) */
  readonly externalMeta: string;
  readonly photo: PhotoPart;
  readonly frames: readonly FramePart[];
  readonly timing: PacketTiming;
  readonly camera: PacketCamera;
  readonly page: PacketPage;
}

/** An invalid container. `message` contains nothing of its content. */
export class LayoutError extends Error {
  override name = 'LayoutError';
}

/**
 * Joins header and parts into one plaintext.
 * @param frames bytes of `header.frames`, in that order
 * @throws LayoutError if a part's length differs from the header's value, or the header is too long
 */
export function joinPacket(header: PacketHeader, photo: Uint8Array, frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts = [photo, ...frames];
  const told = [header.photo.length, ...header.frames.map(({ length }) => length)];
  if (told.length !== parts.length || parts.some(({ length }, i) => length !== told[i]))
    throw new LayoutError('the parts are not as long as the header says');
  const json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length > packetLimits.header) throw new LayoutError('the header is too long');
  const bytes = new Uint8Array(prefixLength + json.length + told.reduce((a, b) => a + b, 0));
  bytes.set(magic);
  const view = new DataView(bytes.buffer);
  view.setUint8(4, PACKET_VERSION);
  view.setUint32(5, json.length);
  let at = prefixLength;
  for (const part of [json, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Splits a plaintext into the header's bytes, not yet parsed, and everything after them. Returns views, not copies.
 * @throws LayoutError
 */
export function splitContainer(plaintext: Uint8Array): { readonly header: Uint8Array; readonly body: Uint8Array } {
  if (plaintext.length < prefixLength || magic.some((byte, i) => plaintext[i] !== byte)) throw new LayoutError('not a packet');
  const view = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
  if (view.getUint8(4) !== PACKET_VERSION) throw new LayoutError('a packet of an unknown version');
  const length = view.getUint32(5);
  if (length > packetLimits.header || prefixLength + length > plaintext.length) throw new LayoutError('the header is too long');
  return { header: plaintext.subarray(prefixLength, prefixLength + length), body: plaintext.subarray(prefixLength + length) };
}

/**
 * Splits the body into the parts that a checked header describes. Returns views, not copies.
 * @throws LayoutError if the parts' lengths do not add up to the body's
 */
export function splitParts(
  header: Pick<PacketHeader, 'photo' | 'frames'>,
  body: Uint8Array,
): { readonly photo: Uint8Array; readonly frames: readonly Uint8Array[] } {
  let at = 0;
  const take = ({ length }: { readonly length: number }): Uint8Array => {
    at += length;
    return body.subarray(at - length, at);
  };
  const [photo, ...frames] = [header.photo, ...header.frames].map(take) as [Uint8Array, ...Uint8Array[]];
  if (at !== body.length) throw new LayoutError('the parts are not as long as the header says');
  return { photo, frames };
}
