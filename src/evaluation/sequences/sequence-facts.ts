import { median } from '../../base/statistics.js';
import { frameSpacing, mostFrames } from './choose-frames.js';
import type { SequenceSample } from './sequence-sample.js';

/** The middle and the extremes of some numbers. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** The frames of all sequences. */
export interface FrameFacts {
  /** frames per sequence in the table */
  readonly given: Spread;
  /** most frames of a sequence that are analysed */
  readonly most: number;
  /** ms between the analysed frames of a longer sequence */
  readonly spacing: number;
  /** sequences with more frames, of which a part is analysed */
  readonly shortened: number;
  /** sequences with one frame, which have no motion */
  readonly single: number;
}

/** How long the analysed frames of the sequences of one label take. */
export interface TimeFacts {
  /** ms from the first to the last frame */
  readonly span: Spread;
  /** ms between two frames: the span over their number less one */
  readonly spacing: Spread;
}

/** The times of both labels. A label without a sequence of several frames has null. */
export interface LabelledTimes {
  readonly bonaFide: TimeFacts | null;
  readonly attack: TimeFacts | null;
  /** a median differs between the labels by more than a quarter: the motion may differ for that reason alone */
  readonly differ: boolean;
}

export const describeFrames = (samples: readonly SequenceSample[]): FrameFacts => ({
  given: spreadOf(samples.map(({ given }) => given)),
  most: mostFrames,
  spacing: frameSpacing,
  shortened: samples.filter(({ frames, given }) => frames.length < given).length,
  single: samples.filter(({ given }) => given === 1).length,
});

export function describeTimes(samples: readonly SequenceSample[]): LabelledTimes {
  const [bonaFide, attack] = [true, false].map((label) => timesOf(samples.filter((sample) => sample.bonaFide === label)));
  const isUnlike = (a: Spread, b: Spread): boolean => Math.max(a.median, b.median) > 1.25 * Math.min(a.median, b.median);
  const differ =
    bonaFide != null && attack != null && (['span', 'spacing'] as const).some((of) => isUnlike(bonaFide[of], attack[of]));
  return { bonaFide: bonaFide!, attack: attack!, differ };
}

function timesOf(samples: readonly SequenceSample[]): TimeFacts | null {
  const several = samples.filter(({ frames }) => frames.length > 1);
  if (several.length === 0) return null;
  const span = ({ frames }: SequenceSample): number => frames.at(-1)!.at - frames[0]!.at;
  return {
    span: spreadOf(several.map(span)),
    spacing: spreadOf(several.map((sample) => span(sample) / (sample.frames.length - 1))),
  };
}

const spreadOf = (values: readonly number[]): Spread => ({
  least: values.reduce((a, b) => Math.min(a, b)),
  median: median(values),
  most: values.reduce((a, b) => Math.max(a, b)),
});
