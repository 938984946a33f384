// Not a test: `triface scans` and `triface user` as a process of their own, without the rest of the program, which takes longer to load.
import { Command } from 'commander';
import { addScansCommand } from '../../../src/commands/scans.js';
import { addUserCommand } from '../../../src/commands/user.js';

if (process.argv.length > 2) {
  const program = new Command('triface');
  addScansCommand(program);
  addUserCommand(program);
  try {
    await program.parseAsync();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
