import type { CameraChoice } from './camera.js';
import { addStyles } from './features.js';
import type { Size } from './guide.js';
import { GuideView } from './guide-view.js';
import { make, makeSvg } from './make-element.js';
import { styles } from './styles.js';
import type { FaultText, Texts } from './texts.js';

/**
 * State of the dialog. `blocked`: the preview waits for a tap on its button; `done`: the dialog shows the photo until the user
 * closes it.
 */
export type ViewState = 'starting' | 'blocked' | 'live' | 'taking' | 'done' | 'failed';

/** Actions of the user. */
export interface ViewActions {
  onStart(): void;
  onClose(): void;
  onShutter(): void;
  /** try again after a fault, or take another photo */
  onAgain(): void;
  onCamera(deviceId: string): void;
  /** start a preview that the browser has blocked */
  onPlay(): void;
}

/**
 * The user interface: a button on the page, and a modal dialog with preview, guide, hint and controls. Independent of the camera.
 */
export class View {
  readonly video = make('video', {
    playsinline: true,
    muted: true,
    'aria-hidden': 'true',
    tabindex: '-1',
    disablepictureinpicture: true,
  });
  private readonly photo = make('canvas', { class: 'photo', 'aria-hidden': 'true', hidden: true });
  private readonly guide = new GuideView();
  private readonly start = make('button', { type: 'button', class: 'start', part: 'start' });
  private readonly title = make('h2', { id: 'title' });
  private readonly close = make('button', { type: 'button', class: 'close' }, icon('M5 5 19 19M19 5 5 19'));
  private readonly hint = make('p', { class: 'hint', id: 'hint', role: 'status', 'aria-live': 'polite' });
  private readonly noticeTitle = make('h3');
  private readonly noticeAdvice = make('p');
  // Present but empty from the start, so that screen readers announce its content when it changes.
  private readonly notice = make('div', { class: 'notice', role: 'alert' });
  private readonly waiting = make('div', { class: 'waiting', 'aria-hidden': 'true' });
  private readonly cameraName = make('span');
  private readonly cameras = make('select', { id: 'cameras' });
  private readonly cameraField = make('label', { class: 'cameras', for: 'cameras' }, this.cameraName, this.cameras);
  private readonly shutter = make('button', { type: 'button', class: 'shutter', 'aria-describedby': 'hint' });
  private readonly again = make('button', { type: 'button', class: 'again' });
  private readonly retry = make('button', { type: 'button', class: 'retry' });
  private readonly play = make('button', { type: 'button', class: 'play', 'aria-describedby': 'hint' });
  private readonly done = make('button', { type: 'button', class: 'done' });
  private readonly stage = make('div', { class: 'stage' });
  private readonly dialog = make('dialog', { 'aria-labelledby': 'title', part: 'dialog', tabindex: '-1' });
  private readonly sizes = new ResizeObserver(() => this.layOut());
  private state: ViewState = 'starting';
  private ovalSize = 1;

  constructor(
    root: ShadowRoot,
    private texts: Texts,
    actions: ViewActions,
  ) {
    addStyles(root, styles);
    // Also set as a property: the attribute has an effect only in parsed HTML.
    this.video.muted = true;
    this.stage.append(this.video, this.photo, this.guide.element, this.waiting, this.notice, this.hint);
    const foot = make('footer', {}, this.cameraField, this.again, this.play, this.shutter, this.retry, this.done);
    this.dialog.append(make('div', { class: 'layout' }, make('header', {}, this.title, this.close), this.stage, foot));
    root.append(this.start, this.dialog);
    this.start.addEventListener('click', () => actions.onStart());
    this.close.addEventListener('click', () => actions.onClose());
    this.done.addEventListener('click', () => actions.onClose());
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      actions.onClose();
    });
    this.shutter.addEventListener('click', () => actions.onShutter());
    this.play.addEventListener('click', () => actions.onPlay());
    for (const button of [this.again, this.retry]) button.addEventListener('click', () => actions.onAgain());
    this.cameras.addEventListener('change', () => actions.onCamera(this.cameras.value));
    this.setTexts(texts);
  }

  setTexts(texts: Texts): void {
    this.texts = texts;
    this.start.textContent = texts.open;
    this.title.textContent = texts.title;
    this.close.setAttribute('aria-label', texts.close);
    this.cameraName.textContent = texts.camera;
    this.shutter.textContent = texts.takePhoto;
    this.again.textContent = texts.takeAnother;
    this.retry.textContent = texts.tryAgain;
    this.play.textContent = texts.startPreview;
    this.done.textContent = texts.done;
  }

  /** Shows the dialog. When it closes, focus returns to the element that had it. */
  open(): void {
    if (!this.dialog.open) this.dialog.showModal();
    this.sizes.observe(this.stage);
    this.layOut();
  }

  hide(): void {
    this.sizes.disconnect();
    this.dialog.close();
    this.hint.textContent = '';
    this.notice.replaceChildren();
    this.photo.width = this.photo.height = 0;
  }

  /** Shows a state. @param hasMask whether to show the oval */
  show(state: ViewState, hasMask: boolean): void {
    const before = this.state;
    this.state = state;
    const isLive = state === 'live' || state === 'taking';
    this.video.hidden = !isLive;
    this.showMask(hasMask);
    this.photo.hidden = state !== 'done';
    this.showStale(false);
    this.showCameraField();
    this.cameras.disabled = state === 'taking';
    this.shutter.hidden = !isLive;
    this.shutter.disabled = state === 'taking';
    this.again.hidden = this.done.hidden = state !== 'done';
    this.retry.hidden = state !== 'failed';
    this.play.hidden = state !== 'blocked';
    this.showGood(false, 0);
    if (state !== 'failed') this.notice.replaceChildren();
    this.keepFocus(before);
  }

  /** Shows or hides the oval; it is visible only with the preview. */
  showMask(hasMask: boolean): void {
    this.guide.element.toggleAttribute('hidden', this.video.hidden !== false || !hasMask);
  }

  /** Dims the preview while no frames come: a frozen picture looks like a running camera. */
  showStale(isStale: boolean): void {
    this.stage.classList.toggle('stale', isStale);
    this.waiting.hidden = this.state !== 'starting' && !isStale;
  }

  /** Shows the oval in another size. @param size over its usual size */
  showOvalSize(size: number): void {
    this.ovalSize = size;
    this.layOut();
  }

  showFault({ title, advice }: FaultText): void {
    this.noticeTitle.textContent = title;
    this.noticeAdvice.textContent = advice;
    this.notice.replaceChildren(icon('M12 4 2.5 20.5h19zM12 10v5M12 17.6v.4'), this.noticeTitle, this.noticeAdvice);
    this.showHint('');
  }

  /** Shows a hint. @param isGood whether all checks pass */
  showHint(text: string, isGood = false): void {
    if (this.hint.textContent !== text) this.hint.textContent = text;
    this.hint.classList.toggle('good', isGood);
  }

  /** Shows whether all checks pass. @param progress towards an automatic capture, 0..1 */
  showGood(isGood: boolean, progress: number): void {
    this.stage.classList.toggle('good', isGood);
    this.guide.showProgress(progress);
  }

  /** Shows a stream as the preview. @param facesUser whether to mirror it */
  showVideo(stream: MediaStream | null, facesUser: boolean): void {
    this.video.srcObject = stream;
    this.video.classList.toggle('mirrored', facesUser);
  }

  showPhoto({ canvas }: CanvasRenderingContext2D): void {
    this.photo.width = canvas.width;
    this.photo.height = canvas.height;
    this.photo.getContext('2d')!.drawImage(canvas, 0, 0);
  }

  showCameras(cameras: readonly CameraChoice[], chosen: string): void {
    const options = cameras.map(({ deviceId, label }, i) =>
      make('option', { value: deviceId }, label || this.texts.unnamed(i + 1)),
    );
    this.cameras.replaceChildren(...options);
    this.cameras.value = chosen;
    this.showCameraField();
  }

  /** Size of the preview in CSS pixels. */
  get stageSize(): Size {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  private showCameraField(): void {
    // Also shown while another camera is starting, so that keyboard users going through the list do not lose their place.
    this.cameraField.hidden = this.state === 'done' || this.cameras.options.length < 2;
  }

  private layOut(): void {
    const { width, height } = this.stageSize;
    if (width > 0) this.guide.resize(width, height, this.ovalSize);
  }

  /** Moves the focus if its button is no longer visible, so that keyboard users do not lose their place. */
  private keepFocus(before: ViewState): void {
    const active = (this.dialog.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    // While the camera starts, only the close button can have the focus; it moves on from there.
    const isWaiting = active === this.close && before === 'starting';
    const isLost = !active || active === this.dialog || active.offsetParent === null || isWaiting;
    if (!this.dialog.open || !isLost) return;
    const heir = {
      starting: this.close,
      blocked: this.play,
      live: this.shutter,
      taking: this.dialog,
      done: this.done,
      failed: this.retry,
    }[this.state];
    heir.focus();
  }
}

function icon(path: string): SVGSVGElement {
  return makeSvg(
    'svg',
    {
      viewBox: '0 0 24 24',
      width: '24',
      height: '24',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': '2',
      'aria-hidden': 'true',
    },
    makeSvg('path', { d: path, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }),
  );
}
