import type { Right } from '../base/settings/rights.js';

/** The caller, authenticated by a password or a token. */
export type Caller = Readonly<{
  accountId: string;
  username: string;
  companyId: string;
  rights: readonly Right[];
  /** included in every token; a token with another version is void */
  credentialVersion: number;
  /** its thresholds as JSON, interpreted only by `scans/account-policy`; null: the defaults */
  policy: string | null;
  /** its recognition settings as JSON, interpreted only by `gallery/recognition-settings`; null: the defaults */
  recognition: string | null;
  /** days to keep the pictures of its enrolments; 0: not kept; null: as long as the enrolment */
  enrolmentPictureDays: number | null;
  /** days to keep the pictures of its scans; 0: not kept */
  scanPictureDays: number;
}>;
