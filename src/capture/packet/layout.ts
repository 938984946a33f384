// The capture packet before it is sealed, as browser and server both know it: nothing here needs Node or a DOM.
//
// 0   4 bytes  "TFCP"
// 4   1 byte   version of this layout, 1
// 5   4 bytes  length of the header in bytes, big endian
// 9   header   JSON, UTF-8
//     photo    `header.photo.length` bytes
//     frames   in the order of `header.frames`, `length` bytes each; then the end

/** The layout's version. */
export const PACKET_VERSION = 1;
/** `typ` of the JWE around it. */
export const PACKET_TYPE = 'triface-capture';
const magic = Uint8Array.of(0x54, 0x46, 0x43, 0x50);
const prefixLength = 9;

/** The greatest values that are accepted. A packet that goes beyond one is unreadable, so the sender has to cut. */
export const packetLimits = {
  /** bytes of JSON */
  header: 65_536,
  /** frames of all kinds */
  frames: 48,
  /** frames of kind `jpeg` */
  jpegFrames: 4,
  /** pixels of a luma frame's side */
  lumaSide: 256,
  /** bytes of a jpeg frame */
  jpegFrame: 262_144,
  /** pixels of the photo's side */
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

/** The JPEG as captured. */
export interface PhotoPart {
  readonly mediaType: 'image/jpeg';
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** bytes */
  readonly length: number;
  /** of those bytes, base64url without padding (43 characters) */
  readonly sha256: string;
  /** when the video frame behind it was shown, ms on the page's monotonic clock (`performance.now()`) */
  readonly at: number;
}

/** Where in the video frame a frame was taken from, in pixels of the video. As large as the frame itself: taken without scaling. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A further frame of the same stream. Three sorts are sent:
 * - `jpeg`: a few (3), the whole picture at 480 pixels width, spread over the second or two before the capture;
 * - `luma`, a run (12–16) of consecutive or nearly consecutive video frames, each as an **unscaled crop** of 96×72 pixels from the face's
 *   middle, the same region in all: scaling and compression would take the sensor's noise away;
 * - `luma`, the whole picture scaled to 96 pixels width, of the same video frames (the same `at`) as the crops.
 * A luma pixel is one byte, round(0.299 R + 0.587 G + 0.114 B), rows from the top, no mirroring.
 */
export interface FramePart {
  readonly kind: 'jpeg' | 'luma';
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** bytes; of a luma frame width × height */
  readonly length: number;
  /** as the photo's `at` */
  readonly at: number;
  readonly region: Region;
}

/** When things happened on the page; times in ms on the page's monotonic clock. */
export interface PacketTiming {
  /** the camera's stream began to play */
  readonly openedAt: number;
  /** the photo was taken */
  readonly capturedAt: number;
  /** the last video frames before the capture, rising: `captureTime` of `requestVideoFrameCallback`, else its `presentationTime` */
  readonly frameTimes: readonly number[];
  /** what `frameTimes` are; `none`: the browser has no such callback and the list is empty */
  readonly frameClock: 'capture' | 'presentation' | 'none';
  /** `mediaTime` of the same frames, in ms */
  readonly mediaTimes: readonly number[];
  /** frames that the stream presented while `frameTimes` were noted, by the callback's `presentedFrames`: more than noted, some were missed */
  readonly presentedFrames?: number;
}

/** `MediaStreamTrack.getSettings()`, what a browser tells of it. */
export interface CameraSettings {
  readonly width?: number;
  readonly height?: number;
  /** frames a second */
  readonly frameRate?: number;
  readonly facingMode?: string;
  readonly resizeMode?: string;
}

/** `MediaStreamTrack.getCapabilities()`, in short. */
export interface CameraCapabilities {
  readonly maxWidth?: number;
  readonly maxHeight?: number;
  readonly maxFrameRate?: number;
  /** how many capabilities there are: real cameras have exposure, focus and the like */
  readonly count: number;
}

/** What the browser tells of the camera. */
export interface PacketCamera {
  readonly label: string;
  readonly settings: CameraSettings;
  /** absent: the browser has no `getCapabilities` */
  readonly capabilities?: CameraCapabilities;
  /** video inputs */
  readonly deviceCount: number;
  /** of the cameras not used */
  readonly otherLabels: readonly string[];
}

/** What the browser tells of the page. */
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
  /** names of automation traces that were found on the page, e.g. `cdc_`, `__playwright`, `HeadlessChrome` */
  readonly automation: readonly string[];
  /** CSS pixels */
  readonly screen: { readonly width: number; readonly height: number; readonly pixelRatio: number };
  /** `document.visibilityState` at the capture */
  readonly visibility: string;
  readonly isSecureContext: boolean;
  /** the page is in a frame of another */
  readonly embedded: boolean;
}

/** The JSON header. Every text and list is bounded by {@link packetLimits}, times and sizes are finite; nothing else may be in it. */
export interface PacketHeader {
  readonly version: 1;
  /** epoch ms by the client's clock (set right by the server's `Date` header if the sender can) */
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

/** A container that is not laid out as it should be. `message` holds nothing of its content. */
export class LayoutError extends Error {
  override name = 'LayoutError';
}

/**
 * Lays header and parts out as one plaintext.
 * @param frames bytes of `header.frames`, in that order
 * @throws LayoutError when a length is not what the header says
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
 * The header's bytes, not parsed yet, and all that follows them; views, no copies.
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
 * The parts behind a checked header; views, no copies.
 * @throws LayoutError when they are not exactly as long as the header says
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
