import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import { PackError } from './pack-error.js';
import { descriptionFile, type PackLimits, textFiles } from './pack-limits.js';

/**
 * Takes a pack's files out of a .tgz (or .tar) into one flat directory. They may lie at the archive's root or in one folder; only
 * pack.json, *.onnx and the licence are kept. Links, devices, absolute paths and any `..` make the whole archive refused, whether or not
 * that entry would be kept: who packs such a thing does not mean well.
 * @param into an empty directory; the caller removes it when this fails
 * @throws PackError
 */
export async function unpackArchive(bytes: Readable, into: string, where: string, limits: PackLimits): Promise<void> {
  let packed = 0;
  let unpacked = 0;
  let files = 0;
  const taken = new Set<string>();
  const unclosed = new Set<number>();
  let fault: PackError | undefined;
  const refuse = (why: string): void => {
    fault ??= new PackError(`model pack ${where}: the archive was refused: ${why}`);
    parser.abort(fault);
  };
  const take = (entry: ReadEntry): void => {
    const why = findFault(entry);
    unpacked += entry.size;
    files++;
    if (why) refuse(why);
    else if (files > limits.archiveFiles) refuse(`it holds more than ${limits.archiveFiles} files`);
    else if (unpacked > limits.archiveBytes) refuse(`it unpacks to more than ${limits.archiveBytes} bytes`);
    const name = entry.type === 'Directory' ? undefined : keptName(entry.path);
    if (fault || !name) return void entry.resume();
    if (entry.size > (name.endsWith('.onnx') ? limits.networkBytes : limits.textBytes)) refuse(`${name} is too large`);
    else if (taken.has(name)) refuse(`it holds ${name} twice`);
    if (fault) return void entry.resume();
    taken.add(name);
    const file = openSync(join(into, name), 'wx');
    unclosed.add(file);
    entry.on('data', (chunk: Buffer) => writeSync(file, chunk));
    entry.on('end', () => {
      closeSync(file);
      unclosed.delete(file);
    });
  };
  const parser = new Parser({ strict: true, onReadEntry: take });
  // By hand, not by `pipeline`: the parser is a stream of another make, whose end Node's does not see.
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  ended.catch(() => undefined);
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      packed += chunk.length;
      if (packed > limits.archiveBytes) refuse(`it is larger than ${limits.archiveBytes} bytes`);
      if (fault) throw fault;
      parser.write(chunk);
    }
    parser.end();
    await ended;
  } catch (error) {
    if (fault) throw fault;
    if (error instanceof PackError) throw error;
    throw new PackError(
      `model pack ${where}: the archive cannot be read (${error instanceof Error ? error.message.split('\n')[0] : 'no .tgz'})`,
      { cause: error },
    );
  } finally {
    for (const file of unclosed) closeSync(file);
  }
  if (fault) throw fault;
}

function findFault({ path, type }: ReadEntry): string | undefined {
  // Control characters would let a name write to the operator's terminal.
  const shown = JSON.stringify(path.slice(0, 100));
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path)) return `${shown} is an absolute path`;
  if (path.split('/').includes('..')) return `${shown} leads out of it`;
  if (type !== 'File' && type !== 'OldFile' && type !== 'Directory') return `${shown} is no plain file but ${type}`;
  return undefined;
}

/** The name a file is kept under; undefined for what no pack needs. */
function keptName(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1)!;
  if (parts.length > 2 || name === undefined) return undefined;
  const isKept = name === descriptionFile || (textFiles as readonly string[]).includes(name);
  return isKept || /^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/.test(name) ? name : undefined;
}
