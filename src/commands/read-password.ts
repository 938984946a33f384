import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AccountError } from '../identity/account-error.js';

/**
 * Reads a new password. On a terminal it is asked for twice and not echoed; otherwise standard input must hold it as a single
 * line.
 * @throws AccountError `bad-password` if the two entries differ, or standard input is empty or has more than one line
 */
export async function readPassword(): Promise<string> {
  return process.stdin.isTTY ? ask() : takeLine(await text(process.stdin));
}

function takeLine(input: string): string {
  const line = input.replace(/\r?\n$/, '');
  if (line === '')
    throw new AccountError(
      'bad-password',
      'standard input is empty: give the password as its only line, for example `… user add NAME < password.txt`, or use --generate',
    );
  if (/[\r\n]/.test(line))
    throw new AccountError('bad-password', 'standard input has more than one line: give the password as a single line');
  return line;
}

async function ask(): Promise<string> {
  // readline echoes input to its output stream, so that stream discards everything; the prompts go to standard error.
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
