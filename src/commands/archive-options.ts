import type { Command } from 'commander';
import type { ArchiveStep } from '../audit/archive-file.js';
import { CommandError } from './command-error.js';
import { readMomentOption } from './read-moment-option.js';

/** The options of an `archive` command, as typed. */
export interface ArchiveWords {
  readonly before: string;
  readonly to: string;
}

/** The options of an `archive` command. @param what is archived, in the plural */
export const addArchiveOptions = (command: Command, what: string): Command =>
  command
    .requiredOption('--before <moment>', `${what} before this: a date-time with an offset, or the beginning of a date (UTC)`)
    .requiredOption(
      '--to <file>',
      'new file, compressed if its name ends in .gz; the file of an interrupted command to go on with it',
    );

/** @param now epoch milliseconds @throws CommandError if the text is not a moment, or the moment is in the future */
export function readArchiveOptions({ before, to }: ArchiveWords, now: number) {
  const moment = readMomentOption('before', before, false);
  if (moment > now) throw new CommandError(`--before: ${before} is in the future: give a moment that has passed`);
  return { before: moment, file: to, onStep: makeStepPrinter() };
}

/** Prints progress on stderr: the file, and every hundredth transaction. */
function makeStepPrinter(): (step: ArchiveStep) => void {
  let transactions = 0;
  return (step) => {
    if ('written' in step) console.error(`written and read back: ${step.written}; deleting them from the database …`);
    else if (++transactions % 100 === 0) console.error(`deleted: ${step.deleted}`);
  };
}
