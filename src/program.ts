import { Command, CommanderError } from 'commander';
import { commandName } from './base/command-name.js';
import { readVersion } from './base/installation.js';
import { OperatorError } from './base/operator-error.js';
import { UnavailableError } from './base/unavailable-error.js';
import { commands } from './commands/index.js';

/**
 * Runs the `triface` command. If it fails, it says why on stderr (`serve` without a terminal: in the log) and sets `process.exitCode`.
 * @param words the command line without the program's name
 */
export async function runProgram(words: readonly string[]): Promise<void> {
  const program = new Command(commandName)
    .description('Self-hosted face liveness and recognition behind three vendor contracts')
    .version(readVersion())
    // Usage errors and --help are thrown as CommanderError, here and in the subcommands, instead of ending the process.
    .exitOverride();
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  const asked = first === 'help' ? second : first;
  try {
    for (const { name, description, load } of commands) {
      if (name === asked) (await load())(program);
      else program.command(name);
      program.commands.at(-1)!.description(description);
    }
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    process.exitCode = 1;
    if (asked !== 'serve' || process.stderr.isTTY) return console.error(`triface: ${describe(error)}`);
    const { logFatal, unexpectedEnd } = await import('./platform/request-log.js');
    if (isForOperator(error)) logFatal(describe(error));
    else logFatal(unexpectedEnd, error);
  }
}

const isForOperator = (error: unknown): boolean => error instanceof OperatorError || error instanceof UnavailableError;

/** The message of an error that is for the operator, and the stack of any other, which is a bug. */
function describe(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof UnavailableError) return `the database cannot be used now: ${error.message}. Try again later.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
