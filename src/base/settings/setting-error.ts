import { OperatorError } from '../operator-error.js';

/** The text of a setting is invalid. `message` does not name the setting, which the caller knows, and contains no secret. */
export class SettingError extends OperatorError {
  override name = 'SettingError';
}
