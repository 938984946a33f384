import type { ScanSummary } from './scan-summary.js';

/** What is stored of one analysis: numbers and words; the account's settings decide whether its picture is kept as well. */
export interface NewScan {
  readonly companyId: string;
  /** who asked */
  readonly accountId: string;
  /** which contract asked */
  readonly contract: string;
  /** the client's own reference */
  readonly reference?: string | null;
  readonly channel?: string | null;
  /** milliseconds the analysis took */
  readonly elapsedMs: number;
  readonly outcome: string;
  /** 0..1, higher is live; null: not measured */
  readonly livenessScore: number | null;
  /** the first thing wrong with the face; null: nothing */
  readonly finding: string | null;
  /** of the thresholds that decided */
  readonly policyVersion: string;
  /** anything JSON can hold; stored as it is and never looked into */
  readonly detail: unknown;
  /** what the contract says of it, for contracts whose scans are listed, filtered, sorted and corrected; default none */
  readonly summary?: ScanSummary | null;
  /** kept with it, if the account says so; default none */
  readonly picture?: ScanPicture | null;
}

/** A picture to keep with its scan. */
export interface ScanPicture {
  readonly bytes: Uint8Array;
  /** for example image/jpeg */
  readonly mediaType: string;
  /** days it is kept */
  readonly days: number;
}

/** A stored analysis: what was observed, as it was, and the summary with its corrections. */
export interface Scan extends Required<Omit<NewScan, 'picture'>> {
  /** uuid */
  readonly id: string;
  /** counts up over all companies, never given twice */
  readonly number: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  /** epoch milliseconds */
  readonly updatedAt: number;
  /** account id */
  readonly createdBy: string;
  /** account id */
  readonly updatedBy: string;
  /** 1, and one more with each correction of the summary */
  readonly revision: number;
  /** of its picture, while one is kept */
  readonly pictureId: string | null;
  /** uuid of the person whom the face was compared with or registered as */
  readonly personId: string | null;
}

/** What is listed of a scan: without what was observed. */
export type SummarizedScan = Pick<
  Scan,
  'id' | 'number' | 'companyId' | 'createdAt' | 'updatedAt' | 'createdBy' | 'updatedBy' | 'revision'
> & { readonly summary: ScanSummary };
