import type { AnalysisJob, AnalysisOutcome } from '../analysis/engine.js';
import type { ErrorTarget } from './error-curve.js';
import type { RunFacts } from './report-frame.js';

/** Options common to liveness and recognition runs. */
export interface EvaluationRun {
  /** title of the report */
  readonly title: string;
  /** folder of the report and the state file */
  readonly out: string;
  /** folder that relative sample paths are resolved against */
  readonly root: string;
  /** analyses one picture, with the frames before it if there are any; all buffers are transferred */
  readonly analyze: (bytes: Uint8Array, sequence?: AnalysisJob['sequence']) => Promise<AnalysisOutcome>;
  /** key of the models, code and limits; measurements with another key are not reused */
  readonly measuredBy: string;
  /** name and version of the program */
  readonly tool: string;
  /** whether to ignore measurements of earlier runs */
  readonly fresh: boolean;
  /** maximum number of pictures or sequences in memory at the same time */
  readonly concurrency: number;
  /** larger files are not read */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly progress: {
    begin(total: number, takenOver: number): void;
    update(done: number): void;
    end(): void;
  };
  /** scores at or above it are accepted */
  readonly threshold: number;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
}

/** Maximum number of errors listed per kind. */
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
