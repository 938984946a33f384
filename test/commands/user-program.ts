// Not a test: `triface user` as a separate process, for user-command.test.ts. Without arguments it does nothing.
import { Command } from 'commander';
import { addUserCommand } from '../../src/commands/user.js';

if (process.argv.length > 2) {
  const program = new Command('triface');
  addUserCommand(program);
  try {
    await program.parseAsync();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
