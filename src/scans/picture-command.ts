import type { Subject } from '../analysis/observation.js';
import type { SequenceOf } from '../analysis/observe-sequence.js';
import type { Policy, Thresholds } from '../analysis/policy.js';
import type { SummarizedAnalysis } from './scan-detail.js';
import type { ScanSummary } from './scan-summary.js';

/** One picture to judge, and how to judge it. */
export interface PictureCommand {
  readonly caller: {
    readonly accountId: string;
    readonly companyId: string;
    readonly policy: string | null;
    /** days for which the picture is kept; 0: not at all */
    readonly scanPictureDays: number;
  };
  readonly contract: string;
  /** the uploaded file (its buffer is transferred), or, if it was unreadable, the reason for the log */
  readonly bytes: Uint8Array | { readonly unreadable: string };
  /** thresholds that the contract's clients expect, where they differ from the regular ones */
  readonly contractDefaults?: Partial<Thresholds>;
  /** an angle at which the contract's answer changes, besides those of the policy, in degrees to either side */
  readonly angleLimit?: number;
  /** the client's own label for finding the scan again */
  readonly reference?: string;
  readonly channel?: string;
  /** number of faces to analyse in full (default 1, the subject) */
  readonly maxFaces?: number;
  /** also store the 68 landmarks of each face (default false) */
  readonly keepLandmarks?: boolean;
  /** derives the summary, for contracts whose scans are listed and corrected */
  readonly summarize?: (analysis: SummarizedAnalysis) => ScanSummary;
  /** also compute the embedding: it is returned with the verdict's face and never stored */
  readonly embedding?: boolean;
  /** which face the verdict is about (default the largest) */
  readonly subject?: Subject;
  /** also reduce the picture for a comparison of pictures: it is returned with the assessment and never stored */
  readonly imprint?: boolean;
  /** changes the thresholds for this picture, for example to skip liveness; `own` holds those that the account set itself */
  readonly adjust?: (policy: Policy, own: Partial<Thresholds>) => Policy;
  /** the frames before the picture, if it is the last of a sequence: the subject's liveness is fused with theirs and with the motion */
  readonly sequence?: SequenceOf;
  /** aborted when the client disconnects */
  readonly signal?: AbortSignal;
}
