import { loadavg } from 'node:os';
import type { BareLoop } from '../bare-models.js';
import { type Figure, type LoadFigure, roundTo, summarizeTimes } from './figures.js';
import type { PartName, Plan } from './options.js';
import { measureInTurns, type Slice, Steps } from './slices.js';

/** What a slice measured at one point of an axis. */
export interface Result extends Pick<Figure, 'series' | 'point' | 'at'> {
  /** milliseconds */
  readonly times: readonly number[];
  readonly load?: LoadFigure;
  readonly cpuMs?: number;
}

/** A slice, and what it measured once all turns are over. */
export interface Measured {
  readonly slice: Slice;
  readonly results: () => readonly Result[];
}

/** A task of one client that runs again and again. */
export function timed(point: Pick<Figure, 'series' | 'point' | 'at'>, task: () => Promise<unknown>): Measured {
  const slice = new Steps({ task });
  return { slice, results: () => [{ ...point, times: slice.times.task }] };
}

/** What all parts need, and where their figures go. */
export class Bench {
  readonly figures: Figure[] = [];
  readonly notes: string[] = [];
  /** milliseconds of the bare loop, all parts together */
  readonly bareTimes: number[] = [];
  /** greatest load average so far */
  mostLoad = 0;

  /**
   * @param bare the bare loop
   * @param picture the selfie that it sees
   * @param print called with lines about the progress
   */
  constructor(
    readonly plan: Plan,
    readonly bare: BareLoop,
    readonly picture: Buffer,
    readonly print: (line: string) => void,
  ) {}

  /** Measures in turns with the bare loop, and records the figures. */
  async measure(part: PartName, measured: readonly Measured[]): Promise<void> {
    const beside = await measureInTurns(
      measured.map(({ slice }) => slice),
      (ms) => this.runBare(ms),
      this.plan,
    );
    for (const { slice, results } of measured) {
      const bareP50 = summarizeTimes(beside.get(slice)!).p50;
      for (const { times, cpuMs, ...result } of results()) {
        if (times.length === 0) this.note(`${part}, ${result.series}, ${result.point}: left out, every request was refused`);
        else {
          const cpu = cpuMs === undefined ? {} : { cpuMs: roundTo(cpuMs) };
          this.figures.push({ part, ...result, ...summarizeTimes(times), bareP50, ...cpu });
        }
      }
    }
    this.mostLoad = Math.max(this.mostLoad, loadavg()[0]!);
  }

  /** Says what could not be measured, and why. */
  note(text: string): void {
    this.notes.push(text);
    this.print(text);
  }

  /** Runs the bare loop for a while. @returns the milliseconds of each round */
  async runBare(ms: number): Promise<number[]> {
    const bare = new Steps({ look: () => this.bare.look(this.picture) });
    await bare.run(ms, false);
    for (const time of bare.times.look) this.bareTimes.push(time);
    return bare.times.look;
  }
}
