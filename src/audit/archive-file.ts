import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline as connect, PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { OperatorError } from '../base/operator-error.js';
import { removeUnfinished, unfinishedName } from '../base/write-atomically.js';

/** An archive cannot be written, or is not what it should be. `message` names the file. */
export class ArchiveError extends OperatorError {
  override name = 'ArchiveError';
}

/** The file is whole and was read back, or the next transaction has deleted some of what it holds: in all, by this call. */
export type ArchiveStep = { readonly written: number } | { readonly deleted: number };

/**
 * Milliseconds between two transactions that delete. Longer than the interval at which servers retry a write on SQLite: each of
 * them gets its turn in every pause.
 */
export const PAUSE_MS = 25;

/** Characters of lines that are written at a time. */
const CHUNK = 65_536;
/** The two bytes that every gzip file begins with. */
const GZIP = 0x1f8b;

/**
 * Writes lines to a new file with mode 0600, compressed if its name ends in `.gz`. The file appears under its name when it is whole
 * and on the disk; nothing is left of it when the lines end with an error. After a crash there may be a file `.unfinished-…`, which
 * a later call for the same folder deletes once it is an hour old.
 * @throws ArchiveError if the file exists or cannot be written; what `lines` throws
 */
export async function writeArchive(path: string, lines: AsyncIterable<string>): Promise<void> {
  const directory = dirname(resolve(path));
  const temporary = join(directory, unfinishedName(basename(path)));
  await removeUnfinished(directory);
  try {
    const sink = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    const source = inChunks(lines);
    await (path.endsWith('.gz') ? pipeline(source, createGzip(), sink) : pipeline(source, sink));
    // Takes the name only if nobody has it; the rename below replaces this empty file.
    await (await open(path, 'wx', 0o600)).close();
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explained(path, 'written', error);
  }
}

/** Whether something has this name. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw explained(path, 'read', error);
  }
}

/**
 * Reads the lines of an archive, compressed or not, without their ends.
 * @param onEnd called after the last line with the SHA-256 of the file, in hexadecimal
 * @throws ArchiveError if the file cannot be read, is damaged, or does not end with the end of a line
 */
export async function* readArchive(path: string, onEnd?: (sha256: string) => void): AsyncGenerator<string> {
  try {
    const hash = createHash('sha256');
    let rest = '';
    for await (const text of await openText(path, hash)) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') throw new ArchiveError(`${path} is cut off: restore it from another copy`);
    onEnd?.(hash.digest('hex'));
  } catch (error) {
    throw explained(path, 'read', error);
  }
}

/** A line of an archive as JSON. @throws ArchiveError */
export function parseLine(path: string, line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // As any other value.
  }
  throw new ArchiveError(`${path} is not an archive of Triface, or is damaged: restore it from another copy`);
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

async function openText(path: string, hash: { update(bytes: Buffer): unknown }): Promise<Readable> {
  const isCompressed = (await readStart(path)) === GZIP;
  async function* hashed(bytes: AsyncIterable<Buffer>) {
    for await (const chunk of bytes) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const target = isCompressed ? createGunzip() : new PassThrough();
  // An error arrives where the target is read.
  connect(createReadStream(path), hashed, target, () => {});
  return target.setEncoding('utf8');
}

async function readStart(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.readUInt16BE();
  } finally {
    await file.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  await folder.sync().finally(() => folder.close());
}

/** An error of the file system or of the compression in words for the operator; others as they are. */
function explained(path: string, what: 'read' | 'written', error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return new ArchiveError(`${path} exists already: give the name of a new file`);
  if (code?.startsWith('Z_')) return new ArchiveError(`${path} is damaged (${message}): restore it from another copy`);
  return code !== undefined && (error as NodeJS.ErrnoException).syscall !== undefined
    ? new ArchiveError(`${path} cannot be ${what}: ${message}`)
    : error;
}
