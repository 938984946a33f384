import { CaptureError } from './capture-error.js';
import { addStyles, type Feature } from './features.js';
import { make } from './make-element.js';
import { faultText, type Texts } from './texts.js';

const styles = ':host{display:block;font:1rem/1.4 system-ui,sans-serif}:host([hidden]){display:none}p{margin:0 0 .75rem}';

/**
 * What the element shows in a browser that cannot take the photo: a text, and below it the page's own content of the element, for
 * example a field to upload a picture. Uses nothing that such a browser may lack.
 */
export class UnsupportedView {
  private readonly text = make('p', { part: 'unsupported' });

  /** the fault that a page is to hear of */
  readonly error: CaptureError;

  constructor(root: ShadowRoot, texts: Texts, missing: readonly Feature[]) {
    this.error = new CaptureError('unsupported-browser', `This browser lacks ${missing.join(', ')}.`);
    root.replaceChildren();
    addStyles(root, styles);
    root.append(this.text, make('slot'));
    this.setTexts(texts);
  }

  setTexts(texts: Texts): void {
    const { title, advice } = faultText(texts, this.error);
    this.text.textContent = `${title}. ${advice}`;
  }
}
