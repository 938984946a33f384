import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import { PackError } from './pack-error.js';
import { descriptionFile, type PackLimits, textFiles } from './pack-limits.js';

/**
 * Extracts a pack's files from a .tgz (or .tar) into a flat directory. They may be at the archive's root or in one folder; only
 * pack.json, *.onnx and licence files are kept. An archive with links, devices, absolute paths or any `..` is rejected as a
 * whole, even if that entry would not be kept, since it is probably malicious.
 * @param into an empty directory; the caller removes it if this fails
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
    fault ??= new PackError(`model pack ${where}: the archive was rejected: ${why}`);
    parser.abort(fault);
  };
  const take = (entry: ReadEntry): void => {
    const why = findFault(entry);
    unpacked += entry.size;
    files++;
    if (why) refuse(why);
    else if (files > limits.archiveFiles) refuse(`it contains more than ${limits.archiveFiles} files`);
    else if (unpacked > limits.archiveBytes) refuse(`it unpacks to more than ${limits.archiveBytes} bytes`);
    const name = entry.type === 'Directory' ? undefined : keptName(entry.path);
    if (fault || !name) return void entry.resume();
    if (entry.size > (name.endsWith('.onnx') ? limits.networkBytes : limits.textBytes)) refuse(`${name} is too large`);
    else if (taken.has(name)) refuse(`it contains ${name} twice`);
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
  // Not `pipeline`: the parser is not a Node stream, and `pipeline` does not detect its end.
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
      `model pack ${where}: the archive cannot be read (${error instanceof Error ? error.message.split('\n')[0] : 'not a .tgz'})`,
      { cause: error },
    );
  } finally {
    for (const file of unclosed) closeSync(file);
  }
  if (fault) throw fault;
}

function findFault({ path, type }: ReadEntry): string | undefined {
  // Escaped: control characters in a name must not reach the operator's terminal.
  const shown = JSON.stringify(path.slice(0, 100));
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path)) return `${shown} is an absolute path`;
  if (path.split('/').includes('..')) return `${shown} leads out of the archive`;
  if (type !== 'File' && type !== 'OldFile' && type !== 'Directory') return `${shown} is not a regular file (${type})`;
  return undefined;
}

/** The name under which a file is kept; undefined if packs do not need it. */
function keptName(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1)!;
  if (parts.length > 2 || name === undefined) return undefined;
  const isKept = name === descriptionFile || (textFiles as readonly string[]).includes(name);
  return isKept || /^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$/.test(name) ? name : undefined;
}
