/** Size of the oval over its usual size, at both positions of the closer mode. */
export const ovalSizes = { far: 0.6, near: 1.05 } as const;

/** Growth of the face at which the approach is complete, and above which a face is partly outside the picture. */
const [complete, tooMuch] = [1.65, 2.3];
/** Growth from one kept frame to the next, and that from which on a frame counts as near. */
const [apart, near] = [1.08, 1.3];
/** Fewest near frames, and most frames of all. */
const [fewestNear, most] = [3, 8];
/** ms after which the user must start again. */
const patience = 12_000;

/** What the user is to do, or has done. `late`: the time is over, start again. */
export type ApproachStep = 'closer' | 'back' | 'no-face' | 'late' | 'complete';

/**
 * Follows a face that comes closer, and chooses the frames to send, in order of time: one per 8 % of growth, at most eight. If
 * the face moves back, the larger ones are dropped.
 * @typeParam F a frame
 */
export class ApproachSteps<F> {
  private kept: { readonly growth: number; readonly frame: F }[];

  /**
   * @param size height of the face in the first frame, in pixels
   * @param startedAt ms
   */
  constructor(
    private readonly size: number,
    first: F,
    private readonly startedAt: number,
  ) {
    this.kept = [{ growth: 1, frame: first }];
  }

  /** the frames chosen so far, the smallest face first */
  get frames(): readonly F[] {
    return this.kept.map(({ frame }) => frame);
  }

  /** part of the way that the face has come, 0..1 */
  get progress(): number {
    return Math.min(1, (this.kept.at(-1)!.growth - 1) / (complete - 1));
  }

  /**
   * Takes a look at a frame.
   * @param size height of the face, in pixels; undefined if there is none
   * @param at ms
   */
  look(size: number | undefined, frame: F, at: number): ApproachStep {
    if (at - this.startedAt > patience) return 'late';
    if (size === undefined) return 'no-face';
    const growth = size / this.size;
    if (growth > tooMuch) return 'back';
    const [first, ...others] = this.kept as [(typeof this.kept)[number], ...typeof this.kept];
    this.kept = [first, ...others.filter((one) => one.growth <= growth * apart)];
    const isNext = growth >= this.kept.at(-1)!.growth * apart;
    // A fast user is near before there are enough frames, so each further one is kept.
    if (isNext || growth >= complete) this.keep(growth, frame);
    return growth >= complete && this.countNear() >= fewestNear ? 'complete' : 'closer';
  }

  private countNear(): number {
    return this.kept.filter(({ growth }) => growth >= near).length;
  }

  /** Adds a frame. If there are too many, the one that is closest in size to the frame before it is dropped. */
  private keep(growth: number, frame: F): void {
    this.kept.push({ growth, frame });
    if (this.kept.length <= most) return;
    const steps = this.kept.slice(1, -1).map((one, i) => one.growth / this.kept[i]!.growth);
    this.kept.splice(1 + steps.indexOf(Math.min(...steps)), 1);
  }
}
