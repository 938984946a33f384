import type { BenchRun, Figure, LoadFigure } from '../../../bench/run/figures.js';

/** A figure of a run, made up. */
export const figure = (more: Partial<Figure> = {}): Figure => ({
  ...{ part: 'sizes', series: 'JPEG', point: '1 MP', at: 1, n: 30, p50: 40, p95: 50, p99: 60, bareP50: 20 },
  ...more,
});
/** Throughput, made up. */
export const load = (more: Partial<LoadFigure> = {}): LoadFigure => ({
  ...{ clients: 8, parallel: 2, perSecond: 80, refused: 0, loopP99: 3, loopMax: 9 },
  ...more,
});
/** A figure under load, made up. */
export const loaded = (loadFigure: LoadFigure, more: Partial<Figure> = {}): Figure =>
  figure({ part: 'contracts', series: 'A', point: '4 × cores', at: 8, load: loadFigure, ...more });
/** A run, made up. */
export const run = (figures: readonly Figure[], more: Partial<BenchRun> = {}): BenchRun => ({
  ...{ measuredAt: '2026-11-30T12:00:00.000Z', version: '0.1.0', commit: 'abcdef0', turns: 3, sliceMs: 1000, picture: 'a JPEG' },
  ...{ machine: { cores: 2, cpu: 'CPU', memoryGb: 8, platform: 'linux x64', node: '20.19.0' }, load: { before: 0.1, most: 2 } },
  ...{ bare: { n: 100, p50: 20, p95: 22, p99: 25 }, figures, notes: [], ...more },
});
