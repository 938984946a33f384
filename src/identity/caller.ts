/** What an account may do. `liveness`: have a face judged; the others: read and change its company's stored scans. */
export const RIGHTS = ['liveness', 'scans:read', 'scans:write'] as const;

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
}>;

/** Whether `text` names a right. */
export function isRight(text: unknown): text is Right {
  return (RIGHTS as readonly unknown[]).includes(text);
}
