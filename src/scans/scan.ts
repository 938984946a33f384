import type { ScanSummary } from './scan-summary.js';

/** A new analysis to store: numbers and words, and the picture to keep, if the account keeps pictures. */
export interface NewScan {
  readonly companyId: string;
  /** account id of the caller */
  readonly accountId: string;
  /** the contract of the request */
  readonly contract: string;
  /** the client's own reference */
  readonly reference?: string | null;
  readonly channel?: string | null;
  /** milliseconds the analysis took */
  readonly elapsedMs: number;
  readonly outcome: string;
  /** 0..1, higher is live; null: not measured */
  readonly livenessScore: number | null;
  /** the first fault found with the face; null: none */
  readonly finding: string | null;
  /** version of the policy that decided */
  readonly policyVersion: string;
  /** any JSON value; stored unchanged and never interpreted */
  readonly detail: unknown;
  /** the contract's view, for contracts that list, filter, sort and correct scans; default: none */
  readonly summary?: ScanSummary | null;
  /** the picture to keep, if the account keeps pictures; default: none */
  readonly picture?: ScanPicture | null;
}

/** A picture to keep with its scan. */
export interface ScanPicture {
  readonly bytes: Uint8Array;
  /** for example image/jpeg */
  readonly mediaType: string;
  /** days to keep it */
  readonly days: number;
}

/** A stored analysis: the unchanged observations, and the summary with its corrections. */
export interface Scan extends Required<Omit<NewScan, 'picture'>> {
  /** uuid */
  readonly id: string;
  /** increases over all companies, never reused */
  readonly number: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  /** epoch milliseconds */
  readonly updatedAt: number;
  /** account id */
  readonly createdBy: string;
  /** account id */
  readonly updatedBy: string;
  /** 1, incremented with each correction of the summary */
  readonly revision: number;
  /** of the picture, while it is kept */
  readonly pictureId: string | null;
  /** uuid of the person whom the face was compared with or enrolled as */
  readonly personId: string | null;
}

/** A scan in a list, without its observations. */
export type SummarizedScan = Pick<
  Scan,
  'id' | 'number' | 'companyId' | 'createdAt' | 'updatedAt' | 'createdBy' | 'updatedBy' | 'revision'
> & { readonly summary: ScanSummary };
