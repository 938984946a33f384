import { quantile } from '../growth/figures.js';
import type { PartName } from './options.js';

/** Milliseconds of a number of measurements. */
export interface Summary {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What was measured of one thing at one point of an axis. */
export interface Figure extends Summary {
  readonly part: PartName;
  /** what was measured, such as a contract or a format: a line of the chart */
  readonly series: string;
  /** where, in the words of the tables; with part and series it names the figure in every run */
  readonly point: string;
  /** where, as a number on the axis of the chart */
  readonly at: number;
  /** median of the bare loop, taken immediately before and after, in milliseconds */
  readonly bareP50: number;
  /** requests under load, where clients were counted */
  readonly load?: LoadFigure;
  /** CPU time per picture in milliseconds, where it was measured */
  readonly cpuMs?: number;
}

/** What clients that send without a pause got. */
export interface LoadFigure {
  readonly clients: number;
  /** cores that can work for them: clients, workers or cores, whichever is less */
  readonly parallel: number;
  /** requests answered with 200 per second */
  readonly perSecond: number;
  /** requests answered with 429 or 503 */
  readonly refused: number;
  /** delay of the server's event loop in milliseconds: p99 (median of the turns), and the greatest */
  readonly loopP99: number;
  readonly loopMax: number;
}

/** A run of the bench: what `--json` writes. */
export interface BenchRun {
  /** ISO 8601 */
  readonly measuredAt: string;
  /** of Triface */
  readonly version: string;
  /** the checkout's commit, with `+` if something is not committed; empty if this is not a checkout */
  readonly commit: string;
  readonly machine: Machine;
  /** load averages of the machine over one minute: before the bench, and the greatest meanwhile, its own work included */
  readonly load: { readonly before: number; readonly most: number };
  readonly turns: number;
  /** milliseconds of a measurement in a turn */
  readonly sliceMs: number;
  /** the selfie of the bare loop and of all parts without a picture of their own */
  readonly picture: string;
  /** the bare loop, all parts together */
  readonly bare: Summary;
  readonly figures: readonly Figure[];
  /** what could not be measured, and why */
  readonly notes: readonly string[];
}

/** Where a run was measured. */
export interface Machine {
  /** that this process may use */
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
}

/** @param times milliseconds, not empty */
export const summarizeTimes = (times: readonly number[]): Summary => ({
  n: times.length,
  p50: roundTo(quantile(times, 0.5)),
  p95: roundTo(quantile(times, 0.95)),
  p99: roundTo(quantile(times, 0.99)),
});

/** Rounds to three places: figures are for people and for version control. */
export const roundTo = (value: number): number => Math.round(value * 1000) / 1000;

/** Cost of a figure in pictures of the bare loop: 1 is as much as the selfie costs there. */
export const costOf = ({ p50, bareP50 }: Figure): number => p50 / bareP50;

/** Throughput as a part of what as many bare loops would reach: 1 is no overhead. */
export const shareOf = ({ perSecond, parallel }: LoadFigure, bareP50: number): number => (perSecond * bareP50) / 1000 / parallel;

/** Whether so many other programs ran before the bench that its figures are not those of the machine. @param load average before */
export const isDisturbed = (load: number, cores: number): boolean => load > cores / 4;

/** A ratio with as many places as it needs. */
export const showRatio = (ratio: number): string => ratio.toFixed(ratio < 0.1 ? 3 : 2);
