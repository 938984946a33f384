import { type FileHandle, open } from 'node:fs/promises';

/**
 * Writes an SQLite file's write-ahead log to the disk, off the event loop. Commits that come while it is being written share the
 * next time: the disk takes many at once in the time that it takes for one (group commit).
 */
export class WriteAheadLog {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;
  #running: Promise<void> | undefined;
  /** begins when the running one has ended */
  #next: Promise<void> | undefined;

  /** @param database path of the database file */
  constructor(database: string) {
    this.#path = `${database}-wal`;
  }

  /** Resolves when everything that is in the log now is on the disk. @throws the operating system's error */
  flush(): Promise<void> {
    if (!this.#running) return this.#start();
    // What runs may have begun before the latest commit was in the file.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  /** Closes the file once nothing is being written. The database must be closed, or another file be in its place. */
  async close(): Promise<void> {
    await (this.#next ?? this.#running)?.catch(() => {});
    await this.#closeFile();
  }

  #start(): Promise<void> {
    const running = this.#write().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #write(): Promise<void> {
    this.#file ??= open(this.#path, 'r+');
    try {
      await (await this.#file).datasync();
    } catch (error) {
      // Opened again the next time.
      await this.#closeFile();
      throw error;
    }
  }

  async #closeFile(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    this.#file = undefined;
    // Whether the data is on the disk was said before.
    await file?.close().catch(() => {});
  }
}
