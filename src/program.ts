import { Command, CommanderError } from 'commander';
import { readVersion } from './base/installation.js';
import { commands } from './commands/index.js';

/**
 * Runs the `triface` command. If it fails, it prints why to stderr and sets `process.exitCode`.
 * @param words the command line without the program's name
 */
export async function runProgram(words: readonly string[]): Promise<void> {
  const program = new Command('triface')
    .description('Self-hosted face liveness and recognition behind three vendor contracts')
    .version(readVersion())
    // Usage errors and --help are thrown as CommanderError, here and in the subcommands, instead of ending the process.
    .exitOverride();
  try {
    const [first, second] = words.filter((word) => !word.startsWith('-'));
    const asked = first === 'help' ? second : first;
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
    // Our own error classes carry a message for the operator that says what to do. Any other error is a bug, so its stack is shown.
    const isOurs = error instanceof Error && error.name !== 'Error' && error.name !== 'TypeError';
    console.error(`triface: ${isOurs ? error.message : error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
  }
}
