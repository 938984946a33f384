/**
 * What an account may do. `liveness`: have a face judged; `scans:…`: read and change its company's stored scans; `recognition`: have a
 * face compared with persons; `persons:…`: read and change the persons of its company.
 */
export const RIGHTS = ['liveness', 'scans:read', 'scans:write', 'recognition', 'persons:read', 'persons:write'] as const;

/** One of {@link RIGHTS}. */
export type Right = (typeof RIGHTS)[number];

/** Who is calling, proven by a password or a token. */
export type Caller = Readonly<{
  accountId: string;
  username: string;
  companyId: string;
  rights: readonly Right[];
  /** belongs into every token: a token of another version is void */
  credentialVersion: number;
  /** thresholds of its own, JSON that only `scans/account-policy` understands; null: the defaults */
  policy: string | null;
  /** how it recognises, JSON that only `gallery/recognition-settings` understands; null: the defaults */
  recognition: string | null;
  /** days the pictures of its enrolments are kept; 0: not at all; null: as long as the enrolment */
  enrolmentPictureDays: number | null;
  /** days the pictures of its scans are kept; 0: not at all */
  scanPictureDays: number;
}>;

/** Whether `text` names a right. */
export function isRight(text: unknown): text is Right {
  return (RIGHTS as readonly unknown[]).includes(text);
}
