// The public API. The npm package ships this file unchanged as index.d.ts, so it holds declarations only and imports nothing.

/** A condition that holds back automatic capture, as reported by `detection` events. */
export type Hint =
  | 'FACE_NOT_FOUND'
  | 'TOO_MANY_FACES'
  | 'FACE_TOO_FAR'
  | 'FACE_TOO_CLOSE'
  | 'FACE_NOT_CENTERED'
  | 'IMAGE_TOO_DARK'
  | 'FACE_BLURRY'
  | 'EYES_CLOSED'
  | 'MOUTH_OPEN'
  /** the page's own check, set with `setCustomQualityFunction()`, does not accept the frame */
  | 'QUALITY_NOT_ACCEPTED';

/** Why a capture failed. */
export type FaultCode =
  | 'insecure-context'
  | 'unsupported-browser'
  | 'no-camera'
  | 'permission-refused'
  | 'camera-in-use'
  | 'camera-lost'
  | 'camera-failed'
  | 'no-encryption-key'
  | 'capture-failed';

/** `event.detail[0]` of `capture`. */
export interface CaptureResult {
  /** JPEG at the camera's resolution, not mirrored */
  readonly photo: Blob;
  /** send it to the server as `encrypted_file`; absent in `singleImage` mode */
  readonly encryptedFile?: Blob;
}

/** A face that the detector found: a box in pixels of the video. */
export interface DetectedFace {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** the detector's confidence, 0..1 */
  readonly score: number;
}

/** `event.detail[0]` of `faceDetection`. */
export interface FaceDetectionDetail {
  readonly faces: readonly DetectedFace[];
}

/** `event.detail[0]` of `detection`: the current hints, most important first; empty if the photo can be taken. */
export interface DetectionDetail {
  readonly errors: readonly Hint[];
}

/** `event.detail[0]` of `error`. */
export interface CaptureErrorDetail {
  /** the text shown to the user, in the element's language */
  readonly message: string;
  readonly code: FaultCode;
  /** the underlying error, for developers */
  readonly cause: Error;
}

/** `event.detail[0]` of `licenseInfo`, and the result of `getLicenseInfo()`. Triface has no licences, so every license is valid. */
export interface LicenseInfo {
  /** the type of license that the page named, such as `faceDetector` */
  readonly type: string;
  readonly isValid: true;
  readonly isRequired: false;
  /** a license does not expire */
  readonly expiresAt: null;
}

export type CaptureEvent = CustomEvent<[CaptureResult]>;
export type DetectionEvent = CustomEvent<[DetectionDetail]>;
export type ErrorEvent = CustomEvent<[CaptureErrorDetail]>;
export type FaceDetectionEvent = CustomEvent<[FaceDetectionDetail]>;
export type LicenseInfoEvent = CustomEvent<[LicenseInfo]>;

/** The events, in the order of a successful capture. `licenseInfo` may occur at any time. */
export interface CaptureEvents {
  beforeInitialize: CustomEvent<[]>;
  initialize: CustomEvent<[]>;
  beforeOpen: CustomEvent<[]>;
  open: CustomEvent<[]>;
  faceDetection: FaceDetectionEvent;
  detection: DetectionEvent;
  beforeCapture: CustomEvent<[]>;
  capture: CaptureEvent;
  close: CustomEvent<[]>;
  error: ErrorEvent;
  licenseInfo: LicenseInfoEvent;
}
export type CaptureEventName = keyof CaptureEvents;

/** A frame of the preview, as passed to the function set with `setCustomQualityFunction()`. */
export interface QualityFrame {
  /** shows the frame; a canvas can draw it */
  readonly video: HTMLVideoElement;
  /** size in pixels of the video */
  readonly width: number;
  readonly height: number;
  /** best first */
  readonly faces: readonly DetectedFace[];
  /** the element's own hints for the frame, most important first */
  readonly hints: readonly Hint[];
}

/**
 * The page's verdict on a frame. `true`, nothing or an empty list accepts it. `false` holds back automatic capture with the hint
 * `QUALITY_NOT_ACCEPTED`. A list of hints holds it back with these. Any other text does so as `false` does, and is shown to the
 * user as it is, cut after 120 characters.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are accepted
export type QualityAnswer = boolean | string | readonly Hint[] | null | undefined | void;

/** A page's own check, called for each analysed frame; the next frame waits for its answer. */
export type CustomQualityFunction = (frame: QualityFrame) => QualityAnswer | PromiseLike<QualityAnswer>;

/** Attributes of the element, which are properties as well. A framework may pass `true` and `false` for texts of these names. */
export interface CaptureAttributes {
  sdk_path?: string | null | undefined;
  capture_mode?: 'encryptedPayload' | 'singleImage' | 'closer' | null | undefined;
  payload_size?: 'normal' | 'small' | null | undefined;
  device_id?: string | null | undefined;
  mask_hidden?: Flag;
  auto_close_disabled?: Flag;
  auto_capture_disabled?: Flag;
  audio_enabled?: Flag;
  face_not_centered_check_enabled?: Flag;
  mouth_open_check_enabled?: Flag;
  face_blurry_check_enabled?: Flag;
  dark_image_check_enabled?: Flag;
  eyes_closed_check_enabled?: Flag;
  sunglasses_detected_check_enabled?: Flag;
}
type Flag = boolean | 'true' | 'false' | '' | null | undefined;

/** Methods of the element. */
export interface CaptureMethods {
  /** Opens the dialog and starts the camera. Resolves once the preview runs or a fault is shown. */
  openCamera(): Promise<void>;
  /** Stops the camera and closes the dialog. */
  closeCamera(): void;
  /** Takes the photo now, regardless of the current hints. Resolves once the `capture` event has fired. */
  takePhoto(): Promise<void>;
  /**
   * Sets the public key to seal with, instead of the one that the server publishes.
   * @param key P-256 key: JWK or JWKS (object or JSON text), SPKI as PEM or DER (base64 text, buffer or Blob), or a CryptoKey
   * @param keyId default: the JWK's `kid`, or its RFC 7638 thumbprint
   */
  setEncryptionKey(key: unknown, keyId?: string): void;
  /** Sets a text to be sealed with the photo. @param meta at most 4096 characters */
  setExternalMeta(meta: string): void;
  /**
   * Sets a check of the page's own, which can hold back automatic capture. It must answer within 3 s: otherwise it is not called
   * again until the camera starts again. If it throws, or its answer is none of those allowed, the frame is accepted. Neither
   * affects the button and `takePhoto()`.
   * @param check null or nothing removes it
   * @throws TypeError if it is not a function
   */
  setCustomQualityFunction(check?: CustomQualityFunction | null): void;
  /** Accepts any license, does not keep it, and fires `licenseInfo`. Provided because pages written for the vendor's element call it. */
  setLicense(license?: unknown, type?: string): void;
  /** Resolves with the state of the license, and fires `licenseInfo` unless called by a listener of that event. */
  getLicenseInfo(type?: string): Promise<LicenseInfo>;
}

/** `<idlive-face-capture>` */
export interface IdliveFaceCaptureElement extends HTMLElement, CaptureMethods, CaptureAttributes {
  addEventListener<K extends CaptureEventName>(
    type: K,
    listener: (this: IdliveFaceCaptureElement, event: CaptureEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: HTMLElement, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/** The element, by the name that the vendor's package uses. */
export type HTMLIdLiveFaceCaptureElement = IdliveFaceCaptureElement;

/** The element's class. */
export declare const IdliveFaceCapture: { new (): IdliveFaceCaptureElement; readonly prototype: IdliveFaceCaptureElement };

declare global {
  // biome-ignore lint/suspicious/noRedeclare: pages for the vendor's package use the name with and without importing it
  type HTMLIdLiveFaceCaptureElement = IdliveFaceCaptureElement;
  interface HTMLElementTagNameMap {
    'idlive-face-capture': IdliveFaceCaptureElement;
  }
}
