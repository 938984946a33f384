import { Command } from 'commander';
import { readVersion } from './base/installation.js';
import { commands } from './commands/index.js';

const program = new Command('triface')
  .description('Self-hosted face liveness and recognition behind three vendor contracts')
  .version(readVersion());

try {
  const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  for (const { name, description, load } of commands) {
    if (name === asked) (await load())(program);
    else program.command(name);
    program.commands.at(-1)!.description(description);
  }
  await program.parseAsync();
} catch (error) {
  // Our own error classes carry a message for the operator that says what to do. Any other error is a bug, so its stack is shown.
  const isOurs = error instanceof Error && error.name !== 'Error' && error.name !== 'TypeError';
  console.error(`triface: ${isOurs ? error.message : error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
}
