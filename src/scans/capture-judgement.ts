import type { CapturePolicy, CaptureSignalName } from '../analysis/capture-policy.js';
import type { CaptureFinding } from '../analysis/findings.js';

/** One signal with its weight. */
export interface WeighedSignal {
  readonly name: CaptureSignalName;
  /** 0 (nothing suspicious) .. 1 (certainly not a genuine capture) */
  readonly suspicion: number;
  /** from the account's policy */
  readonly weight: number;
  /** the measured values: numbers only, so that no text chosen by the client is stored */
  readonly evidence: Readonly<Record<string, number>>;
}

/** The judgement on how the picture of a capture packet was captured. */
export interface CaptureJudgement {
  /** 1 minus the weighted sum of suspicions: the higher, the more certainly a live capture. Has no lower bound. */
  readonly score: number;
  /** 1 if the score reaches the policy's threshold, else 0 */
  readonly probability: 0 | 1;
  /** why the capture is refused; absent if it is not, and in scans of former versions, where it is `injection` */
  readonly finding?: CaptureFinding;
  readonly signals: readonly WeighedSignal[];
  readonly policy: CapturePolicy;
}
