import type { CapturePolicy, CaptureSignalName } from '../analysis/capture-policy.js';

/** One signal, measured and weighed. */
export interface WeighedSignal {
  readonly name: CaptureSignalName;
  /** 0 nothing suspicious .. 1 surely no honest capture */
  readonly suspicion: number;
  /** by the account's policy */
  readonly weight: number;
  /** what was measured: numbers only, nothing that the client could have chosen as text */
  readonly evidence: Readonly<Record<string, number>>;
}

/** How the picture of a capture packet was taken, judged. */
export interface CaptureJudgement {
  /** 1 less the weighed suspicions; the higher, the more surely a live capture. Has no lower bound. */
  readonly score: number;
  /** 1: from the policy's threshold on, else 0 */
  readonly probability: 0 | 1;
  readonly signals: readonly WeighedSignal[];
  readonly policy: CapturePolicy;
}
