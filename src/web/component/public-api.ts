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
  | 'MOUTH_OPEN';

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

/** `event.detail[0]` of `faceDetection`: boxes in pixels of the video. */
export interface FaceDetectionDetail {
  readonly faces: readonly {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
    /** the detector's confidence, 0..1 */
    readonly score: number;
  }[];
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

/** The events, in the order of a successful capture. */
export interface CaptureEvents {
  beforeInitialize: CustomEvent<[]>;
  initialize: CustomEvent<[]>;
  beforeOpen: CustomEvent<[]>;
  open: CustomEvent<[]>;
  faceDetection: CustomEvent<[FaceDetectionDetail]>;
  detection: CustomEvent<[DetectionDetail]>;
  beforeCapture: CustomEvent<[]>;
  capture: CustomEvent<[CaptureResult]>;
  close: CustomEvent<[]>;
  error: CustomEvent<[CaptureErrorDetail]>;
}
export type CaptureEventName = keyof CaptureEvents;

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
  /** Does nothing. Provided because pages written for the vendor's element call it. */
  setLicense(): void;
}

/** `<idlive-face-capture>` */
export interface IdliveFaceCaptureElement extends HTMLElement, CaptureMethods {
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

/** The element's class. */
export declare const IdliveFaceCapture: { new (): IdliveFaceCaptureElement; readonly prototype: IdliveFaceCaptureElement };

declare global {
  interface HTMLElementTagNameMap {
    'idlive-face-capture': IdliveFaceCaptureElement;
  }
}
