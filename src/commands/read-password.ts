import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AccountError } from '../identity/account-error.js';

/**
 * A new password: asked twice and not shown on a terminal, else what standard input holds up to its end (one line).
 * @throws AccountError `bad-password` when the two differ, or nothing sensible came
 */
export async function readPassword(): Promise<string> {
  return process.stdin.isTTY ? ask() : takeLine(await text(process.stdin));
}

function takeLine(input: string): string {
  const line = input.replace(/\r?\n$/, '');
  if (line === '') throw new AccountError('bad-password', 'no password came on standard input');
  if (/[\r\n]/.test(line))
    throw new AccountError('bad-password', 'standard input holds more than one line: one password is wanted');
  return line;
}

async function ask(): Promise<string> {
  // readline echoes what is typed to its output: that goes nowhere, the questions to standard error
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  const lines = terminal[Symbol.asyncIterator]();
  const answer = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const { done, value } = await lines.next();
    process.stderr.write('\n');
    if (done) throw new AccountError('bad-password', 'cancelled');
    return value;
  };
  try {
    const password = await answer('Password: ');
    if ((await answer('Again: ')) !== password) throw new AccountError('bad-password', 'the two passwords differ');
    return password;
  } finally {
    terminal.close();
  }
}
