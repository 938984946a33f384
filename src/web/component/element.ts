import { adoptEarlyProperties, defineAttributeProperties } from './attribute-properties.js';
import { listCameras } from './camera.js';
import type { CaptureError } from './capture-error.js';
import { CaptureSession } from './capture-session.js';
import { describeFaces } from './custom-quality.js';
import { Detectors } from './detectors.js';
import { missingFeatures } from './features.js';
import { KeySource } from './key-source.js';
import { LicenseReports } from './license-reports.js';
import type { CaptureEventName, CaptureMethods, CaptureResult, CustomQualityFunction, LicenseInfo } from './public-api.js';
import { attributeNames, type CaptureSettings, readSettings } from './settings.js';
import { faultText, languageOf, texts } from './texts.js';
import { UnsupportedView } from './unsupported-view.js';
import { View } from './view.js';
import { Voice } from './voice.js';

/** A substitute for servers that import this module for rendering, where HTMLElement does not exist. */
const BaseElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/**
 * `<idlive-face-capture>`: takes a selfie with the camera and seals it for the server, together with evidence that distinguishes
 * a live capture from an injected one. Attributes, events and methods are those of the vendor's element of the same name; see
 * docs/capture-component.md.
 */
export class IdliveFaceCapture extends BaseElement implements CaptureMethods {
  static readonly observedAttributes: readonly string[] = [...attributeNames, 'lang'];

  private view: View | undefined;
  /** in browsers that lack a feature, in place of the view */
  private unsupported: UnsupportedView | undefined;
  private session: CaptureSession | undefined;
  private readonly keys = new KeySource();
  private readonly detectors = new Detectors(() => this.readSettings());
  private externalMeta = '';
  private customQuality: CustomQualityFunction | undefined;
  private readonly license = new LicenseReports((info) => this.emit('licenseInfo', info));
  private settings: CaptureSettings | undefined;
  private initialized = false;
  /** camera chosen by the user in the list; takes precedence over the page's attribute */
  private chosenCamera: string | undefined;
  private readonly voice = new Voice();
  /** Follows changes of the page's language. */
  private readonly languages = new MutationObserver(() => this.showTexts());

  /** Opens the dialog and starts the camera. Resolves once the preview runs or a fault is shown. */
  async openCamera(): Promise<void> {
    if (!this.isConnected || this.session?.isRunning) return;
    this.emit('beforeOpen');
    // A listener may have opened it, or removed it from the page.
    if (!this.isConnected || this.session?.isRunning) return;
    const view = this.ready();
    if (!view) return this.emitFault(this.unsupported!.error);
    view.setTexts(this.texts);
    view.open();
    await this.startSession();
  }

  /** Stops the camera and closes the dialog. */
  closeCamera(): void {
    if (!this.session) return;
    this.session.end();
    this.session = undefined;
    this.view?.hide();
    this.voice.end();
    this.emit('close');
  }

  /** Takes the photo now, regardless of the current hints. Resolves once the `capture` event has fired. */
  async takePhoto(): Promise<void> {
    await this.session?.takePhoto();
  }

  /** Sets the public key to seal with, instead of the one that the server publishes. The forms are those of `CaptureMethods`. */
  setEncryptionKey(key: unknown, keyId?: string): void {
    this.keys.set(key, keyId);
  }

  /** Sets a text to be sealed with the photo. @param meta at most 4096 characters */
  setExternalMeta(meta: string): void {
    this.externalMeta = String(meta);
  }

  /** Sets a check of the page's own. @param check null or nothing removes it @throws TypeError if it is not a function */
  setCustomQualityFunction(check?: CustomQualityFunction | null): void {
    if (check && typeof check !== 'function') throw new TypeError('setCustomQualityFunction: expected a function, or null.');
    this.customQuality = check ?? undefined;
  }

  /** Accepts any license, does not keep it, and fires `licenseInfo`. */
  setLicense(_license?: unknown, type?: string): void {
    this.license.report(type);
  }

  /** Resolves with the state of the license, and fires `licenseInfo`. */
  async getLicenseInfo(type?: string): Promise<LicenseInfo> {
    return this.license.report(type);
  }

  connectedCallback(): void {
    this.ready();
    this.showTexts();
    this.languages.observe(document.documentElement, { attributeFilter: ['lang'] });
    adoptEarlyProperties(this);
    if (this.initialized) return;
    // Deferred: the page adds its listeners only after importing this module or inserting the element.
    setTimeout(() => this.initialize());
  }

  disconnectedCallback(): void {
    this.languages.disconnect();
    this.closeCamera();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    this.settings = undefined;
    if (name === 'lang') this.showTexts();
    if (name === 'device_id') this.chosenCamera = undefined;
    if (before === now || !this.session) return;
    if (name === 'mask_hidden') this.view?.showMask(this.readSettings().hasMask);
    if (name === 'device_id' && this.session.isRunning) this.restartSession(this.session.deviceId);
  }

  private initialize(): void {
    if (this.initialized || !this.isConnected) return;
    this.initialized = true;
    this.emit('beforeInitialize');
    if (this.unsupported) {
      this.emitFault(this.unsupported.error);
      return;
    }
    // Loads the detector early. If this fails, the photo can be taken with the button, and the next opening tries again.
    this.detectors.finder().catch(() => {});
    this.emit('initialize');
  }

  /** Builds the user interface. @returns undefined in browsers that lack a feature */
  private ready(): View | undefined {
    if (this.view || this.unsupported) return this.view;
    const root = this.attachShadow({ mode: 'open' });
    const missing = missingFeatures(root);
    if (missing.length > 0) this.unsupported = new UnsupportedView(root, this.texts, missing);
    else
      this.view = new View(root, this.texts, {
        onStart: () => void this.openCamera(),
        onClose: () => this.closeCamera(),
        onShutter: () => void this.takePhoto(),
        onPlay: () => this.session?.play(),
        onAgain: () => this.restartSession(),
        onCamera: (deviceId) => {
          const former = this.session?.deviceId;
          this.chooseCamera(deviceId);
          this.restartSession(former);
        },
      });
    return this.view;
  }

  private showTexts(): void {
    (this.view ?? this.unsupported)?.setTexts(this.texts);
  }

  private chooseCamera(deviceId: string): void {
    this.chosenCamera = deviceId;
    this.settings = undefined;
  }

  private restartSession(former?: string): void {
    this.session?.end();
    void this.startSession(former);
  }

  /** @param former id of the camera to return to if the chosen one cannot be started */
  private async startSession(former?: string): Promise<void> {
    const view = this.view!;
    const session = new CaptureSession(
      {
        view,
        settings: () => this.readSettings(),
        texts: () => this.texts,
        externalMeta: () => this.externalMeta,
        key: () => this.keys.load(this.readSettings().sdkPath),
        finder: () => this.detectors.finder(),
        details: () => this.detectors.details(),
        customQuality: () => this.customQuality,
        onOpen: () => {
          if (former !== undefined && session.deviceId === former) this.chooseCamera(former);
          this.emit('open');
        },
        onLook: (faces, hints) => {
          this.emit('faceDetection', { faces: describeFaces(faces) });
          this.emit('detection', { errors: [...hints] });
        },
        onHint: (text) => this.sound(text),
        onBeforeCapture: () => this.emit('beforeCapture'),
        onCapture: (result) => this.deliver(session, result),
        onFault: (error) => this.showFault(view, error),
      },
      former,
    );
    this.session = session;
    await session.start();
  }

  private deliver(session: CaptureSession, result: CaptureResult): void {
    if (this.readSettings().hasSound) this.voice.beep(880, 200);
    this.emit('capture', result);
    if (this.readSettings().closesItself && this.session === session) this.closeCamera();
  }

  private showFault(view: View, error: CaptureError): void {
    const text = faultText(this.texts, error);
    view.show('failed', false);
    view.showFault(text);
    // Another camera may work; an insecure page does not even get the list.
    void listCameras().then((cameras) => view.showCameras(cameras, this.readSettings().deviceId));
    this.sound(`${text.title}. ${text.advice}`);
    this.emitFault(error);
  }

  private emitFault(error: CaptureError): void {
    const { title, advice } = faultText(this.texts, error);
    this.emit('error', { message: `${title}. ${advice}`, code: error.code, cause: error });
  }

  private sound(text: string): void {
    if (this.readSettings().hasSound && !this.voice.say(text, languageOf(this))) this.voice.beep(440);
  }

  private readSettings(): CaptureSettings {
    if (!this.settings) {
      const said = readSettings(this);
      this.settings = { ...said, deviceId: this.chosenCamera ?? said.deviceId };
    }
    return this.settings;
  }

  private get texts() {
    return texts[languageOf(this)];
  }

  private emit(name: CaptureEventName, detail?: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail: detail ? [detail] : [] }));
  }
}

defineAttributeProperties(IdliveFaceCapture.prototype);
