import { placeGuide } from './guide.js';
import { makeSvg } from './make-element.js';

/** The oval over the preview, with a line around it that fills up while all is well. */
export class GuideView {
  readonly element: SVGSVGElement;
  private readonly veil = makeSvg('path', { class: 'veil', 'fill-rule': 'evenodd' });
  private readonly line = makeSvg('path', { class: 'line' });
  private readonly progress = makeSvg('path', { class: 'progress', pathLength: '100' });

  constructor() {
    this.element = makeSvg('svg', { class: 'guide', 'aria-hidden': 'true' }, this.veil, this.line, this.progress);
  }

  /** @param width CSS pixels of the stage @param height the same */
  resize(width: number, height: number): void {
    const { cx, cy, rx, ry } = placeGuide({ width, height });
    // From the top, clockwise.
    const oval = `M${cx} ${cy - ry}A${rx} ${ry} 0 0 1 ${cx} ${cy + ry}A${rx} ${ry} 0 0 1 ${cx} ${cy - ry}Z`;
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.veil.setAttribute('d', `M0 0H${width}V${height}H0Z${oval}`);
    this.line.setAttribute('d', oval);
    this.progress.setAttribute('d', oval);
  }

  /** @param part 0..1 */
  showProgress(part: number): void {
    this.progress.style.strokeDasharray = `${Math.round(part * 100)} 100`;
    // A round cap would leave a dot at nothing.
    this.progress.style.visibility = part > 0 ? 'visible' : 'hidden';
  }
}
