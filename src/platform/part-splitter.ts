import { FormError } from './form-error.js';

/** What a splitter calls. What a call throws ends the splitting. */
export interface PartHandler {
  /** called for each part. @param head its header fields by lower-case name, unfolded, one character per byte */
  onPart(head: ReadonlyMap<string, string>): void;
  /** called with bytes of the current part's content; they are views of what was written */
  onContent(bytes: Buffer): void;
}

/** Bytes of a part's header fields together, and their number. */
const MAX_HEAD = 16_384;
const MAX_FIELDS = 32;
/** White space after a boundary, in bytes. */
const MAX_PADDING = 1024;
const CR = 0x0d;
const LF = 0x0a;
const EMPTY = Buffer.alloc(0);

/**
 * Splits a multipart body (RFC 2046, 5.1) as it arrives: preamble and epilogue are skipped, white space after a boundary is allowed, header
 * fields may be folded or absent, and lines may end with LF alone.
 */
export class PartSplitter {
  #state: 'preamble' | 'delimiter' | 'head' | 'content' | 'epilogue' = 'preamble';
  /** What has arrived and is not used yet. The first boundary needs no line end before it, so one is added. */
  #rest: Buffer = Buffer.from('\n');
  /** bytes at the start of the rest that belong to the line before the content, but may also belong to the next boundary */
  #lead = 1;
  /** where to continue the search for the end of a head */
  #searched = 0;
  readonly #delimiter: Buffer;

  constructor(
    boundary: string,
    private readonly handler: PartHandler,
  ) {
    this.#delimiter = Buffer.from(`\n--${boundary}`, 'latin1');
  }

  /** Takes the next bytes of the body. @throws FormError `malformed`, `too-large`; what the handler throws */
  write(chunk: Buffer): void {
    if (this.#state === 'epilogue') return;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let goesOn = true;
    while (goesOn) goesOn = this.#step();
  }

  /** The body has ended. @throws FormError `malformed` if its last boundary is missing */
  end(): void {
    if (this.#state !== 'epilogue') throw malformed();
  }

  /** @returns whether to go on: false if more bytes are needed */
  #step(): boolean {
    if (this.#state === 'delimiter') return this.#readDelimiter();
    if (this.#state === 'head') return this.#readHead();
    if (this.#state !== 'epilogue') return this.#readContent();
    this.#rest = EMPTY;
    return false;
  }

  /** Passes content on, up to the next boundary. */
  #readContent(): boolean {
    const at = this.#rest.indexOf(this.#delimiter);
    // The last bytes may be the start of a boundary, and a CR before it belongs to it.
    let end = at >= 0 ? at : Math.max(0, this.#rest.length - this.#delimiter.length);
    if (end > 0 && this.#rest[end - 1] === CR) end--;
    if (end > this.#lead && this.#state === 'content') this.handler.onContent(this.#rest.subarray(this.#lead, end));
    this.#lead = Math.max(0, this.#lead - end);
    this.#rest = this.#rest.subarray(at < 0 ? end : at + this.#delimiter.length);
    if (at < 0) return false;
    this.#lead = 0;
    this.#state = 'delimiter';
    return true;
  }

  /** Reads the rest of a boundary's line. RFC 2046 takes every line that begins with the boundary for one. */
  #readDelimiter(): boolean {
    if (this.#rest.subarray(0, 2).toString('latin1') === '--') {
      this.#state = 'epilogue';
      return true;
    }
    const end = this.#rest.indexOf(LF);
    const line = this.#rest.subarray(0, end < 0 ? undefined : end).toString('latin1', 0, MAX_PADDING);
    if (end < 0 && line.length < MAX_PADDING && /^(-|[ \t]*\r?)$/.test(line)) return false;
    if (end < 0 || !/^[ \t]*\r?$/.test(line)) throw malformed();
    // With the line end: a head without fields is an empty line after it.
    this.#rest = this.#rest.subarray(end);
    this.#searched = 0;
    this.#state = 'head';
    return true;
  }

  /** Reads the header fields of a part, up to the empty line. */
  #readHead(): boolean {
    const end = findEmptyLine(this.#rest, this.#searched);
    if ((end < 0 ? this.#rest.length : end) > MAX_HEAD) throw new FormError('too-large', 'the head of a part is too long');
    if (end < 0) {
      this.#searched = Math.max(0, this.#rest.length - 2);
      return false;
    }
    const head = parseHead(this.#rest.toString('latin1', 0, end));
    // The last line end stays: it may be the one before the next boundary.
    this.#rest = this.#rest.subarray(this.#rest[end + 1] === CR ? end + 2 : end + 1);
    this.#lead = 1;
    this.#state = 'content';
    this.handler.onPart(head);
    return true;
  }
}

/** The position of the line end before the first empty line, or -1. */
function findEmptyLine(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1))
    if (bytes[at + 1] === LF || (bytes[at + 1] === CR && bytes[at + 2] === LF)) return at;
  return -1;
}

/** If a field is sent twice, the first counts. */
function parseHead(text: string): Map<string, string> {
  const lines = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  if (lines.length > MAX_FIELDS) throw new FormError('too-large', 'a part has too many header fields');
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The body is not multipart, or its last boundary is missing. */
export const malformed = (): FormError => new FormError('malformed', 'the multipart body is malformed or ends early');
