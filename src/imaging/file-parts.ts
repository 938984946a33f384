/** Segments, chunks or blocks of a file. Pictures have some hundred, an animation some thousand. */
const MAX_SEGMENTS = 65_536;

/** The parts of a picture file that are kept, and a bound of those that are looked at: a file can consist of millions of empty ones. */
export class FileParts {
  readonly #kept: Buffer[] = [];
  #seen = 0;

  /** Counts a segment, whether it is kept or not. @throws RangeError if a file has more than any picture */
  count(): void {
    if (++this.#seen > MAX_SEGMENTS) throw new RangeError(`more than ${MAX_SEGMENTS} segments`);
  }

  keep(...parts: readonly Buffer[]): void {
    this.#kept.push(...parts);
  }

  /** Inserts a part. @param at number of parts before it */
  insert(at: number, part: Buffer): void {
    this.#kept.splice(at, 0, part);
  }

  get length(): number {
    return this.#kept.length;
  }

  toFile(): Buffer {
    return Buffer.concat(this.#kept);
  }
}
