import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './command-error.js';

/**
 * Reads a client's secret.
 * @param file its path; `-`: standard input. One newline at its end is not part of the secret
 * @throws CommandError if it cannot be read, or is empty
 */
export async function readSecret(file: string): Promise<string> {
  const name = file === '-' ? 'standard input' : file;
  // Files made on Windows may begin with a byte order mark.
  const secret = (await read(file)).replace(/^\ufeff/, '').replace(/\r?\n$/, '');
  if (secret === '') throw new CommandError(`${name} is empty: it must hold the client’s secret`);
  return secret;
}

async function read(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`the secret cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
