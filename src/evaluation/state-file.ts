import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { createDirectories, DirectoryError } from '../base/create-directories.js';
import { EvaluationError } from './sample.js';

/** One measured file. */
export interface StateRecord<T> {
  readonly path: string;
  /** size and modification time of the file when it was measured */
  readonly stamp: string;
  readonly result: T;
  /** set if measuring again may give another result (a missed deadline, a file that could not be opened) */
  readonly passing?: true;
}

const format = 'triface-evaluation-state-1';
/** Measurements of faces are private: only the owner may read the file. */
const stateMode = 0o600;

/**
 * The measurements so far, one JSON object per line, so that an interrupted run can be resumed. The first line holds the key of
 * the models, code and limits; measurements with another key are discarded. Only paths and stamps are held in memory.
 */
export class StateFile<T> {
  private readonly stamps = new Map<string, string>();

  private constructor(
    readonly path: string,
    private readonly out: WriteStream,
  ) {}

  /**
   * Opens or creates a state file.
   * @param key of the models, code and limits
   * @param fresh whether to discard earlier measurements
   * @throws EvaluationError if the folder or the file cannot be written
   */
  static async open<T>(path: string, key: string, fresh = false): Promise<StateFile<T>> {
    await demandWritable(path);
    const goOn = !fresh && (await readKey(path)) === key;
    const out = createWriteStream(path, { flags: goOn ? 'a' : 'w', mode: stateMode });
    // Each write reports its own error; without a listener the stream's error event would end the process.
    out.on('error', () => {});
    const state = new StateFile<T>(path, out);
    if (!goOn) await state.write(JSON.stringify({ format, key }));
    // A killed run may have left an incomplete line, which the next record must not be appended to.
    else if (!(await endsWithNewline(path))) await state.write('');
    if (goOn) for await (const { path: file, stamp, passing } of state.read()) if (!passing) state.stamps.set(file, stamp);
    return state;
  }

  /** number of files reused or added */
  get size(): number {
    return this.stamps.size;
  }

  has(path: string, stamp: string): boolean {
    return this.stamps.get(path) === stamp;
  }

  async add(record: StateRecord<T>): Promise<void> {
    this.stamps.set(record.path, record.stamp);
    await this.write(JSON.stringify(record));
  }

  /** Every record, oldest first; of several with the same path, the last counts. Incomplete lines are skipped. */
  async *read(): AsyncGenerator<StateRecord<T>> {
    for await (const line of linesOf(this.path)) {
      const record = parseLine(line) as Partial<StateRecord<T>> | undefined;
      if (record?.path !== undefined && record.stamp !== undefined && record.result !== undefined) yield record as StateRecord<T>;
    }
  }

  /** Resolves once all data has been handed to the operating system. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.out.once('error', reject);
      this.out.end(resolve);
    });
  }

  private write(line: string): Promise<void> {
    return new Promise((resolve, reject) => this.out.write(`${line}\n`, (error) => (error ? reject(error) : resolve())));
  }
}

/** Creates the folder, and the file if it does not exist. @throws EvaluationError */
async function demandWritable(path: string): Promise<void> {
  try {
    await createDirectories(dirname(path));
    await (await open(path, 'a', stateMode)).close();
  } catch (error) {
    const why = error instanceof DirectoryError ? error.reason : (error as NodeJS.ErrnoException).code;
    throw new EvaluationError(`the folder ${dirname(path)} cannot be written (${why}); choose another one with --out`, {
      cause: error,
    });
  }
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function readKey(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    const header = parseLine(buffer.toString('utf8', 0, bytesRead).split('\n')[0]!) as
      | { format?: string; key?: string }
      | undefined;
    return header?.format === format ? header.key : undefined;
  } finally {
    await file.close();
  }
}

async function endsWithNewline(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}
