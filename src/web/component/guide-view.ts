import { placeGuide } from './guide.js';
import { makeSvg } from './make-element.js';

/** The oval over the preview. Its outline fills up as progress towards an automatic capture. */
export class GuideView {
  readonly element: SVGSVGElement;
  private readonly veil = makeSvg('path', { class: 'veil', 'fill-rule': 'evenodd' });
  private readonly line = makeSvg('path', { class: 'line' });
  private readonly progress = makeSvg('path', { class: 'progress', pathLength: '100' });

  constructor() {
    this.element = makeSvg('svg', { class: 'guide', 'aria-hidden': 'true' }, this.veil, this.line, this.progress);
  }

  /** Adapts to the size of the stage. @param width CSS pixels @param height CSS pixels @param size of the oval over its usual size */
  resize(width: number, height: number, size: number): void {
    const { cx, cy, rx, ry } = placeGuide({ width, height }, size);
    // Starts at the top and goes clockwise.
    const oval = `M${cx} ${cy - ry}A${rx} ${ry} 0 0 1 ${cx} ${cy + ry}A${rx} ${ry} 0 0 1 ${cx} ${cy - ry}Z`;
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.veil.setAttribute('d', `M0 0H${width}V${height}H0Z${oval}`);
    this.line.setAttribute('d', oval);
    this.progress.setAttribute('d', oval);
  }

  /** Shows progress. @param part 0..1 */
  showProgress(part: number): void {
    this.progress.style.strokeDasharray = `${Math.round(part * 100)} 100`;
    // At 0 the round line cap would leave a dot.
    this.progress.style.visibility = part > 0 ? 'visible' : 'hidden';
  }
}
