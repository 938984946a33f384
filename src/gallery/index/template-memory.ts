import { IndexFullError } from './index-errors.js';
import { IndexKernel } from './index-kernel.js';
import { hasPrefix, prefixLength, quantizePrefix } from './prefix.js';
import { checkTemplate, quantizeTemplate } from './quantize.js';

/** Templates per block. A company's memory grows by blocks. */
export const blockSize = 64;
/** Blocks that are reserved at once: about 10 MB for 512 values. The OS provides only the pages that are written to. */
const slabBlocks = 128;
export const slabSize = blockSize * slabBlocks;
/** Bytes between two columns of a slab in the kernel's memory. */
export const columnBytes = slabSize * 4;
/** Numbers of a template there, by the place of their column; the kernel reads the first three and the next three. */
export const column = { prefixScale: 0, prefixError: 1, prefixRest: 2, scale: 3, error: 4, fineError: 5, self: 6 } as const;
const columnCount = Object.keys(column).length;

/** Where a slab's parts are: byte offsets in the kernel's memory, and arrays of its own. */
export interface Slab {
  readonly prefixes: number;
  readonly codes: number;
  readonly columns: number;
  readonly fine: Int8Array;
  readonly keys: Float64Array;
  readonly owners: Float64Array;
  readonly prints: Float64Array;
}

/**
 * The memory of all templates of one thread, in blocks of 64 places. Blocks are lent to template sets and zeroed before they are
 * returned. A place is a number: block · 64 + position. What a search reads of every template (prefix, coarse codes, their bounds)
 * is in the kernel's WebAssembly memory; the fine codes, which few need, are in arrays beside it. Growing copies nothing.
 */
export class TemplateMemory {
  readonly kernel: IndexKernel;
  /** values per row of codes: the dimension, padded with zeros to a multiple of 32 */
  readonly stride: number;
  /** whether prefixes are valid */
  hasBasis = false;
  /** bytes of a row of prefix codes; 0: templates of this length have none */
  readonly prefixBytes: number;
  private readonly slabs: Slab[] = [];
  private readonly freeBlocks: number[] = [];

  constructor(readonly dimension: number) {
    if (!Number.isInteger(dimension) || dimension < 1 || dimension > 16384)
      throw new RangeError(`templates of ${dimension} values cannot be kept`);
    this.stride = Math.ceil(dimension / 32) * 32;
    this.prefixBytes = hasPrefix(dimension) ? prefixLength : 0;
    this.kernel = new IndexKernel(this.stride, this.prefixBytes > 0);
  }

  /** Bytes per template, with its codes and numbers, but without the hash table of enrolment numbers (about 50 bytes each). */
  get bytesPerTemplate(): number {
    return this.prefixBytes + 2 * this.stride + columnCount * 4 + 3 * 8;
  }

  /** Bytes reserved. Pages that were never written to are not resident. */
  get reservedBytes(): number {
    return this.slabs.length * slabSize * this.bytesPerTemplate + this.kernel.scratchBytes;
  }

  /** Bytes in blocks that are in use. */
  get usedBytes(): number {
    return (this.slabs.length * slabBlocks - this.freeBlocks.length) * blockSize * this.bytesPerTemplate;
  }

  /** Lends a block of zeros. @returns its number @throws IndexFullError */
  takeBlock(): number {
    if (this.freeBlocks.length === 0) this.grow();
    return this.freeBlocks.pop()!;
  }

  /** Takes back a block. All its places must have been wiped. */
  returnBlock(block: number): void {
    this.freeBlocks.push(block);
  }

  /** Stores a template at a place. @throws InvalidTemplateError; nothing is written then */
  write(place: number, key: number, owner: number, vector: Float32Array): void {
    const squares = checkTemplate(vector, this.dimension);
    const slab = this.slabOf(place);
    const at = place % slabSize;
    const { scale, error, fineError, self } = quantizeTemplate(vector, this.coarseAt(place), this.fineAt(place));
    this.setColumn(place, column.scale, scale);
    this.setColumn(place, column.error, error);
    this.setColumn(place, column.fineError, fineError);
    this.setColumn(place, column.self, self);
    slab.keys[at] = key;
    slab.owners[at] = owner;
    slab.prints[at] = printOf(vector);
    if (!this.hasBasis) return;
    this.writePrefix(place, vector, squares, 0);
    this.kernel.wipe();
  }

  /** Moves a template and wipes its old place. */
  move(from: number, to: number): void {
    const [a, b] = [from % slabSize, to % slabSize];
    const [source, target] = [this.slabOf(from), this.slabOf(to)];
    this.coarseAt(to).set(this.coarseAt(from));
    this.fineAt(to).set(this.fineAt(from));
    this.prefixAt(to).set(this.prefixAt(from));
    const { float32 } = this.kernel.views;
    for (let i = 0; i < columnCount; i++) float32[this.columnAt(to, i)] = float32[this.columnAt(from, i)]!;
    for (const name of ['keys', 'owners', 'prints'] as const) target[name][b] = source[name][a]!;
    this.wipe(from);
  }

  /** Overwrites everything at a place with zeros. */
  wipe(place: number): void {
    const slab = this.slabOf(place);
    this.coarseAt(place).fill(0);
    this.fineAt(place).fill(0);
    this.prefixAt(place).fill(0);
    for (let i = 0; i < columnCount; i++) this.kernel.views.float32[this.columnAt(place, i)] = 0;
    for (const name of ['keys', 'owners', 'prints'] as const) slab[name][place % slabSize] = 0;
  }

  keyAt(place: number): number {
    return this.slabOf(place).keys[place % slabSize]!;
  }

  ownerAt(place: number): number {
    return this.slabOf(place).owners[place % slabSize]!;
  }

  printAt(place: number): number {
    return this.slabOf(place).prints[place % slabSize]!;
  }

  slabOf(place: number): Slab {
    return this.slabs[Math.floor(place / slabSize)]!;
  }

  /** Reads a template from its codes, as far from the stored one as its `fineError` says. @returns the square of its length */
  decode(place: number, vector: Float32Array): number {
    const [coarse, fine] = [this.coarseAt(place), this.fineAt(place)];
    const step = this.columnOf(place, column.scale) / 256;
    let squares = 0;
    for (let i = 0; i < this.dimension; i++) {
      const value = (256 * coarse[i]! + fine[i]!) * step;
      vector[i] = value;
      squares += value * value;
    }
    return squares;
  }

  columnOf(place: number, column: number): number {
    return this.kernel.views.float32[this.columnAt(place, column)]!;
  }

  /**
   * Changes the basis, and computes the prefix of the templates at these places, which must be all that are stored.
   * @param basis undefined: there are no prefixes
   */
  setBasis(basis: Float32Array | undefined, places: Iterable<number>): void {
    const { kernel, dimension, stride } = this;
    const from = kernel.at.basis / 4;
    this.hasBasis = basis !== undefined;
    if (!basis) {
      if (this.prefixBytes > 0) kernel.views.float32.fill(0, from, from + prefixLength * stride);
      return;
    }
    for (let i = 0; i < prefixLength; i++)
      kernel.views.float32.set(basis.subarray(i * dimension, (i + 1) * dimension), from + i * stride);
    const vector = new Float32Array(dimension);
    for (const place of places) {
      const length = Math.sqrt(this.decode(place, vector));
      // A little more: float32 rounds the decoded values.
      const missed = this.columnOf(place, column.fineError) + 1e-6;
      this.writePrefix(place, vector, (length + missed) ** 2, missed);
    }
    vector.fill(0);
    kernel.wipe();
  }

  private writePrefix(place: number, vector: Float32Array, squares: number, missed: number): void {
    const prefix = this.kernel.project(vector);
    const { scale, error, rest } = quantizePrefix(prefix, this.prefixAt(place), squares, missed);
    this.setColumn(place, column.prefixScale, scale);
    this.setColumn(place, column.prefixError, error);
    this.setColumn(place, column.prefixRest, rest);
  }

  private setColumn(place: number, column: number, value: number): void {
    this.kernel.views.float32[this.columnAt(place, column)] = value;
  }

  private columnAt(place: number, column: number): number {
    return (this.slabOf(place).columns + column * columnBytes) / 4 + (place % slabSize);
  }

  private coarseAt(place: number): Int8Array {
    const from = this.slabOf(place).codes + (place % slabSize) * this.stride;
    return this.kernel.views.int8.subarray(from, from + this.stride);
  }

  private prefixAt(place: number): Int8Array {
    const from = this.slabOf(place).prefixes + (place % slabSize) * this.prefixBytes;
    return this.kernel.views.int8.subarray(from, from + this.prefixBytes);
  }

  fineAt(place: number): Int8Array {
    const from = (place % slabSize) * this.stride;
    return this.slabOf(place).fine.subarray(from, from + this.stride);
  }

  private grow(): void {
    const { stride, prefixBytes } = this;
    try {
      const own = {
        fine: new Int8Array(slabSize * stride),
        keys: new Float64Array(slabSize),
        owners: new Float64Array(slabSize),
        prints: new Float64Array(slabSize),
      };
      const prefixes = this.kernel.grow(slabSize * (prefixBytes + stride) + columnCount * columnBytes);
      const codes = prefixes + slabSize * prefixBytes;
      this.slabs.push({ prefixes, codes, columns: codes + slabSize * stride, ...own });
    } catch {
      throw new IndexFullError(`no memory for more than ${this.slabs.length * slabSize} templates in one thread`);
    }
    const first = (this.slabs.length - 1) * slabBlocks;
    for (let block = first + slabBlocks - 1; block >= first; block--) this.freeBlocks.push(block);
  }
}

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** 53 bits that are equal for equal templates, and for others as good as never. */
function printOf(vector: Float32Array): number {
  let [a, b] = [0x9e3779b9, 0xc2b2ae35];
  for (const value of vector) {
    number[0] = value;
    a = Math.imul(a ^ bits[0]!, 0x85ebca6b);
    a ^= a >>> 15;
    b = Math.imul(b ^ bits[0]!, 0x5bd1e995);
    b ^= b >>> 13;
  }
  number[0] = 0;
  return (a & 0x1fffff) * 2 ** 32 + (b >>> 0);
}
