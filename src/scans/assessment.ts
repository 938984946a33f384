import type { Imprint } from '../analysis/imprint.js';
import type { Policy } from '../analysis/policy.js';
import type { Verdict } from '../analysis/verdict.js';
import type { CaptureJudgement } from './capture-judgement.js';
import type { Scan } from './scan.js';

/** A judged and stored picture. */
export interface Assessment {
  readonly verdict: Verdict;
  /** the policy that was applied */
  readonly policy: Policy;
  readonly scan: Scan;
  /** of a capture packet that could be opened */
  readonly capture: CaptureJudgement | undefined;
  /** why the picture was unreadable, for the log; contains nothing of the picture */
  readonly reason: string | undefined;
  /** of the picture's file, for example `jpeg`; undefined if it was unreadable */
  readonly format: string | undefined;
  /** the picture, reduced; undefined unless the command asked for it. As confidential as the picture, and never stored */
  readonly imprint: Imprint | undefined;
}
