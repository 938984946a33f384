/** Why an account cannot be created or changed. */
export type AccountFault =
  | 'bad-username'
  | 'bad-password'
  | 'bad-company'
  | 'bad-retention'
  | 'username-taken'
  | 'unknown-account';

/** An account cannot be created or changed. `message` is for the operator and never contains a password. */
export class AccountError extends Error {
  override name = 'AccountError';
  constructor(
    readonly fault: AccountFault,
    message: string,
  ) {
    super(message);
  }
}
