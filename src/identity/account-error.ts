import { commandName } from '../base/command-name.js';
import { OperatorError } from '../base/operator-error.js';

/** Why an account cannot be created or changed. */
export type AccountFault =
  | 'bad-username'
  | 'bad-password'
  | 'bad-company'
  | 'bad-retention'
  | 'username-taken'
  | 'unknown-account';

/** An account cannot be created or changed. `message` is for the operator and never contains a password. */
export class AccountError extends OperatorError {
  override name = 'AccountError';
  constructor(
    readonly fault: AccountFault,
    message: string,
  ) {
    super(message);
  }
}

/** The error for a name that no account has. */
export const unknownAccount = (username: string): AccountError =>
  new AccountError('unknown-account', `the account ${username} does not exist; \`${commandName} user list\` shows all accounts`);
