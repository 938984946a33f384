import { adoptEarlyProperties, defineAttributeProperties } from './attribute-properties.js';
import { listCameras } from './camera.js';
import type { CaptureError } from './capture-error.js';
import { CaptureSession } from './capture-session.js';
import { describeFaces } from './custom-quality.js';
import { type EncryptionKey, fetchKey, readKey } from './encryption-key.js';
import { FaceDetails } from './face-details.js';
import { FaceFinder } from './face-finder.js';
import { LicenseReports } from './license-reports.js';
import type { CaptureEventName, CaptureMethods, CaptureResult, CustomQualityFunction, LicenseInfo } from './public-api.js';
import { attributeNames, type CaptureSettings, readSettings } from './settings.js';
import { languageOf, texts } from './texts.js';
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
  private session: CaptureSession | undefined;
  private key: Promise<EncryptionKey> | undefined;
  private isGivenKey = false;
  private details: Promise<FaceDetails | undefined> | undefined;
  private externalMeta = '';
  private customQuality: CustomQualityFunction | undefined;
  private readonly license = new LicenseReports((info) => this.emit('licenseInfo', info));
  private settings: CaptureSettings | undefined;
  private initialized = false;
  /** camera chosen by the user in the list; takes precedence over the page's attribute */
  private chosenCamera: string | undefined;
  private readonly voice = new Voice();
  /** Follows changes of the page's language. */
  private readonly languages = new MutationObserver(() => this.view?.setTexts(this.texts));

  /** Opens the dialog and starts the camera. Resolves once the preview runs or a fault is shown. */
  async openCamera(): Promise<void> {
    if (!this.isConnected || this.session?.isRunning) return;
    this.emit('beforeOpen');
    // A listener may have opened it, or removed it from the page.
    if (!this.isConnected || this.session?.isRunning) return;
    const view = this.ready();
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
    this.isGivenKey = true;
    this.key = readKey(key, keyId);
    this.key.catch(() => {});
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
    this.ready().setTexts(this.texts);
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
    if (name === 'lang') this.view?.setTexts(this.texts);
    if (name === 'device_id') this.chosenCamera = undefined;
    if (before === now || !this.session) return;
    if (name === 'mask_hidden') this.view?.showMask(this.readSettings().hasMask);
    if (name === 'device_id' && this.session.isRunning) this.restartSession();
  }

  private initialize(): void {
    if (this.initialized || !this.isConnected) return;
    this.initialized = true;
    this.emit('beforeInitialize');
    // Loads the detector early. If this fails, the photo can be taken with the button, and the next opening tries again.
    this.loadFinder().catch(() => {});
    this.emit('initialize');
  }

  private ready(): View {
    this.view ??= new View(this.attachShadow({ mode: 'open' }), this.texts, {
      onStart: () => void this.openCamera(),
      onClose: () => this.closeCamera(),
      onShutter: () => void this.takePhoto(),
      onAgain: () => this.restartSession(),
      onCamera: (deviceId) => {
        this.chosenCamera = deviceId;
        this.settings = undefined;
        this.restartSession();
      },
    });
    return this.view;
  }

  private restartSession(): void {
    this.session?.end();
    void this.startSession();
  }

  private async startSession(): Promise<void> {
    const session = new CaptureSession({
      view: this.ready(),
      settings: () => this.readSettings(),
      texts: () => this.texts,
      externalMeta: () => this.externalMeta,
      key: () => this.loadKey(),
      finder: () => this.loadFinder(),
      details: () => this.loadDetails(),
      customQuality: () => this.customQuality,
      onOpen: () => this.emit('open'),
      onLook: (faces, hints) => {
        this.emit('faceDetection', { faces: describeFaces(faces) });
        this.emit('detection', { errors: [...hints] });
      },
      onHint: (text) => this.sound(text),
      onBeforeCapture: () => this.emit('beforeCapture'),
      onCapture: (result) => this.deliver(session, result),
      onFault: (error) => this.showFault(error),
    });
    this.session = session;
    await session.start();
  }

  private deliver(session: CaptureSession, result: CaptureResult): void {
    if (this.readSettings().hasSound) this.voice.beep(880, 200);
    this.emit('capture', result);
    if (this.readSettings().closesItself && this.session === session) this.closeCamera();
  }

  private showFault(error: CaptureError): void {
    const { code } = error;
    const view = this.ready();
    view.show('failed', false);
    view.showFault(code);
    // Another camera may work; an insecure page does not even get the list.
    void listCameras().then((cameras) => view.showCameras(cameras, this.readSettings().deviceId));
    const { title, advice } = this.texts.faults[code];
    this.sound(`${title}. ${advice}`);
    this.emit('error', { message: `${title}. ${advice}`, code, cause: error });
  }

  private sound(text: string): void {
    if (this.readSettings().hasSound && !this.voice.say(text, languageOf(this))) this.voice.beep(440);
  }

  private loadKey(): Promise<EncryptionKey> {
    if (!this.key) {
      const loading = fetchKey(this.readSettings().sdkPath);
      // Keys rotate and failed connections recover, so only a key set by the page is kept permanently.
      const forget = (): void => {
        if (this.key === loading && !this.isGivenKey) this.key = undefined;
      };
      loading.then(() => setTimeout(forget, 600_000), forget);
      this.key = loading;
    }
    return this.key;
  }

  private loadFinder(): Promise<FaceFinder> {
    return FaceFinder.load(this.readSettings().sdkPath);
  }

  private async loadDetails(): Promise<FaceDetails | undefined> {
    const { checks, sdkPath } = this.readSettings();
    if (!checks.eyes && !checks.mouth) return undefined;
    // If they cannot be loaded, the server still checks eyes and mouth.
    this.details ??= FaceDetails.load(sdkPath).catch(() => undefined);
    return this.details;
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
