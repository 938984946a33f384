import type { AnalysisOutcome } from '../analysis/engine.js';
import type { ErrorTarget } from './error-curve.js';
import type { RunFacts } from './report-frame.js';

/** What runs of both kinds need. */
export interface EvaluationRun {
  /** heading of the report */
  readonly title: string;
  /** folder of the report; the state file lies there, too */
  readonly out: string;
  /** what a relative path in the samples starts from */
  readonly root: string;
  /** looks at one picture; its bytes are moved away */
  readonly analyze: (bytes: Uint8Array) => Promise<AnalysisOutcome>;
  /** identifies models, code and limits: measurements of another key are not taken over */
  readonly measuredBy: string;
  readonly tool: string;
  /** take nothing over from an earlier run */
  readonly fresh: boolean;
  /** pictures in memory at a time */
  readonly concurrency: number;
  /** larger files are not read */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly progress: {
    begin(total: number, takenOver: number): void;
    update(done: number): void;
    end(): void;
  };
  /** accepted from this score on */
  readonly threshold: number;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
}

/** Errors listed of each kind. */
export const listedErrors = 25;

export const describeRun = ({ title, tool, measuredBy, seed }: EvaluationRun, files: number): RunFacts => ({
  title,
  tool,
  createdAt: new Date().toISOString(),
  measuredBy,
  seed,
  files,
  peakMemory: process.resourceUsage().maxRSS * 1024,
});
