import type { View } from './view.js';

/** Minimum time for which a hint is shown, in ms, so that it can be read or heard. */
const hintStays = 900;

/** The hint that the user sees and hears. */
export class HintLine {
  private text = '';
  private since = 0;

  /** @param onHint called with each new text, to be spoken */
  constructor(
    private readonly view: View,
    private readonly onHint: (text: string) => void,
  ) {}

  /** Shows a hint at once. @param isGood whether all checks pass @param isBrief whether the next one may replace it at once */
  show(text: string, { isGood = false, isBrief = false } = {}): void {
    if (text === this.text) return;
    this.text = text;
    this.since = isBrief ? 0 : performance.now();
    this.view.showHint(text, isGood);
    this.onHint(text);
  }

  /** Shows a hint unless the current one has just appeared. */
  offer(text: string, isGood: boolean): void {
    if (performance.now() - this.since >= hintStays) this.show(text, { isGood });
  }
}
