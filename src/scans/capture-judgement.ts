import type { CapturePolicy, CaptureSignalName } from '../analysis/capture-policy.js';

/** One signal with its measurement and weight. */
export interface WeighedSignal {
  readonly name: CaptureSignalName;
  /** 0 (not suspicious) to 1 (certainly not an honest capture) */
  readonly suspicion: number;
  /** from the account's policy */
  readonly weight: number;
  /** the measured values: numbers only, never text that the client could have chosen */
  readonly evidence: Readonly<Record<string, number>>;
}

/** The judgement of how the picture in a capture packet was taken. */
export interface CaptureJudgement {
  /** 1 minus the weighted suspicions. A higher score means more likely a live capture. There is no lower bound. */
  readonly score: number;
  /** 1 if the score reaches the policy's threshold, else 0 */
  readonly probability: 0 | 1;
  readonly signals: readonly WeighedSignal[];
  readonly policy: CapturePolicy;
}
