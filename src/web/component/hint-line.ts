import type { View } from './view.js';

/** Minimum time for which a hint is shown, in ms, so that it can be read or heard. */
const hintStays = 900;

/** The hint that the user sees and hears. */
export class HintLine {
  private text = '';
  /** ms on the page's clock until which `offer` does not replace the text */
  private stays = 0;

  /** @param onHint called with each new text, to be spoken */
  constructor(
    private readonly view: View,
    private readonly onHint: (text: string) => void,
  ) {}

  /** Shows a hint at once. @param isGood whether all checks pass @param stays ms for which it is not replaced by an offered one */
  show(text: string, { isGood = false, stays = hintStays } = {}): void {
    if (text === this.text) return;
    this.text = text;
    this.stays = performance.now() + stays;
    this.view.showHint(text, isGood);
    this.onHint(text);
  }

  /** Shows a hint unless the current one has just appeared. */
  offer(text: string, isGood: boolean): void {
    if (performance.now() >= this.stays) this.show(text, { isGood });
  }

  /** Shows a hint once the current one has been shown long enough, unless another is shown by then. @param signal cancels it */
  showNext(text: string, signal: AbortSignal): void {
    const current = this.text;
    setTimeout(() => !signal.aborted && this.text === current && this.show(text), this.stays - performance.now());
  }
}
