// All that a page may rely on. This file is the npm package's index.d.ts, as it stands: it holds declarations only and imports nothing.

/** What to mend before the photo is taken by itself; what `detection` events tell. */
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

/** Why a capture cannot go on. */
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
  /** JPEG, as large as the camera's pictures, not mirrored */
  readonly photo: Blob;
  /** to be sent to the server as `encrypted_file`; absent in `singleImage` mode */
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

/** `event.detail[0]` of `detection`: what to mend, the most important first; none when all is well. */
export interface DetectionDetail {
  readonly errors: readonly Hint[];
}

/** `event.detail[0]` of `error`. */
export interface CaptureErrorDetail {
  /** in the element's language, as it is shown */
  readonly message: string;
  readonly code: FaultCode;
  /** what went wrong, for programmers */
  readonly cause: Error;
}

/** The events, in the order of a capture without faults. */
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

/** What the element can be asked to do. */
export interface CaptureMethods {
  /** Opens the dialog and the camera. @returns when the preview runs, or a fault is shown */
  openCamera(): Promise<void>;
  /** Stops the camera and closes the dialog. */
  closeCamera(): void;
  /** Takes the photo now, whatever the hints say. @returns when the `capture` event was fired */
  takePhoto(): Promise<void>;
  /**
   * The public key to seal with, in place of the one that the server publishes.
   * @param key P-256: JWK or JWKS (object or JSON text), SPKI as PEM or DER (base64 text, buffer or Blob), or a CryptoKey
   * @param keyId by default the JWK's `kid` or its RFC 7638 thumbprint
   */
  setEncryptionKey(key: unknown, keyId?: string): void;
  /** The page's own text, sealed with the photo. @param meta at most 4096 characters */
  setExternalMeta(meta: string): void;
  /** Pages for the vendor's element call it; there is no licence here, and nothing happens. */
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
