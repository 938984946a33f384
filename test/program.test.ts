import { test } from 'tap';
import { OperatorError } from '../src/base/operator-error.js';
import { type CommandEntry, commands } from '../src/commands/index.js';
import { PackError } from '../src/inference/packs/pack-error.js';
import { runProgram } from '../src/program.js';

test('an error for the operator is one line, any other shows its stack', async (t) => {
  const printed: string[] = [];
  t.intercept(console, 'error', { value: (line: string) => printed.push(line) });
  t.teardown(() => {
    process.exitCode = 0;
  });
  /** What the program prints when a command throws. */
  const run = async (error: unknown): Promise<string> => {
    printed.length = 0;
    const failing: CommandEntry = {
      name: 'fail',
      description: 'fails',
      load: async () => (program) => {
        program.command('fail').action(() => Promise.reject(error));
      },
    };
    (commands as CommandEntry[]).push(failing);
    try {
      await runProgram(['fail']);
    } finally {
      (commands as CommandEntry[]).pop();
    }
    t.equal(process.exitCode, 1);
    return printed.join('\n');
  };
  t.equal(await run(new OperatorError('do this')), 'triface: do this');
  t.equal(await run(new PackError('model pack a: is broken')), 'triface: model pack a: is broken');
  for (const error of [
    new RangeError('a bug'),
    new SyntaxError('a bug'),
    Object.assign(new Error('a bug'), { name: 'SqliteError' }),
  ])
    t.match(await run(error), /^triface: \w+: a bug\n {4}at /);
  t.equal(await run('text'), 'triface: text');
});

test('a usage error is printed by commander alone', async (t) => {
  const printed: string[] = [];
  t.intercept(console, 'error', { value: (line: string) => printed.push(line) });
  t.intercept(process.stderr, 'write', { value: (text: string) => printed.push(text) });
  t.teardown(() => {
    process.exitCode = 0;
  });
  await runProgram(['policy', 'nothing']);
  t.equal(process.exitCode, 1);
  t.same(printed, ["error: unknown command 'nothing'\n"]);
});
