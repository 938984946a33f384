import { readMoment } from '../contracts/dms/moment.js';
import { CommandError } from './command-error.js';

/**
 * Parses a time given as an option to epoch milliseconds: a date-time with an offset, or a date, which means the whole day (UTC).
 * @param isEnd whether a date means its last millisecond instead of its first
 * @throws CommandError if the text is neither
 */
export function readMomentOption(name: string, text: string, isEnd: boolean): number {
  try {
    return readMoment(name, text, isEnd);
  } catch (error) {
    throw new CommandError(
      `--${name}: "${text}" is neither a date (2026-11-22) nor a date-time with an offset (2026-11-22T06:40:06Z)`,
      {
        cause: error,
      },
    );
  }
}
