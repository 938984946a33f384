import { dotProductsBinary } from './dot-products-binary.js';
import { IndexFullError } from './index-errors.js';
import { checkTemplate, type QuantizedProbe, quantizeProbe, quantizeTemplate } from './quantize.js';

/** Templates in a block: a company's memory grows by this many; one call into WebAssembly compares this many. */
export const blockSize = 64;
/** Blocks that are asked of the system at once: some 21 MB for 512 values, of which the system backs only what is written. */
const slabBlocks = 128;
const slabSize = blockSize * slabBlocks;
const pageBytes = 65536;

interface Slab {
  readonly vectors: Float32Array;
  readonly scales: Float32Array;
  readonly errors: Float32Array;
  readonly keys: Float64Array;
  readonly owners: Float64Array;
}

type DotProducts = (probe: number, codes: number, out: number, count: number, stride: number) => void;

let compiled: WebAssembly.Module | undefined;

/**
 * The memory of all templates of one thread, in blocks of 64 that are given to whoever needs one and taken back zeroed.
 * Vectors lie in slabs of 8192 (float32); their int8 codes, 512 bytes each, in one WebAssembly memory that grows in place: nothing is copied when it
 * grows. A place is a number: block · 64 + position.
 */
export class TemplateMemory {
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  private readonly dotProducts: DotProducts;
  private readonly slabs: Slab[] = [];
  private readonly freeBlocks: number[] = [];
  /** values a row of codes: the dimension, filled up to a multiple of 32 with zeros */
  private readonly stride: number;
  /** bytes: the probe lies at 0, the products after it, the codes from the second page on */
  private readonly productsAt: number;
  private codes = new Int8Array(0);
  private probeCodes = new Int16Array(0);
  /** what `compare` wrote last: one a place of the block */
  products = new Int32Array(0);

  constructor(readonly dimension: number) {
    this.stride = Math.ceil(dimension / 32) * 32;
    this.productsAt = this.stride * 2;
    if (!Number.isInteger(dimension) || dimension < 1 || this.productsAt + blockSize * 4 > pageBytes)
      throw new RangeError(`templates of ${dimension} values cannot be kept`);
    compiled ??= new WebAssembly.Module(Buffer.from(dotProductsBinary.join(''), 'base64'));
    const instance = new WebAssembly.Instance(compiled, { index: { memory: this.memory } });
    this.dotProducts = instance.exports.dotProducts as DotProducts;
    this.openViews();
  }

  /** Bytes a template takes, its codes and numbers among them (the hash table of enrolment numbers, some 50 bytes each, is not). */
  get bytesPerTemplate(): number {
    return this.dimension * 4 + this.stride + 4 + 4 + 8 + 8;
  }

  /** Bytes asked of the system; the part never written to is not resident. */
  get reservedBytes(): number {
    return this.slabs.length * slabSize * this.bytesPerTemplate + pageBytes;
  }

  /** Bytes in blocks that somebody holds. */
  get usedBytes(): number {
    return (this.slabs.length * slabBlocks - this.freeBlocks.length) * blockSize * this.bytesPerTemplate;
  }

  /** A block of zeros. @throws IndexFullError */
  takeBlock(): number {
    if (this.freeBlocks.length === 0) this.grow();
    return this.freeBlocks.pop()!;
  }

  /** Takes a block back whose places have all been wiped. */
  returnBlock(block: number): void {
    this.freeBlocks.push(block);
  }

  /** @throws InvalidTemplateError; then nothing was written */
  write(place: number, key: number, owner: number, vector: Float32Array): void {
    checkTemplate(vector, this.dimension);
    const slab = this.slabOf(place);
    const at = place % slabSize;
    const { scale, error } = quantizeTemplate(vector, this.codesAt(place));
    slab.vectors.set(vector, at * this.dimension);
    slab.scales[at] = scale;
    slab.errors[at] = error;
    slab.keys[at] = key;
    slab.owners[at] = owner;
  }

  /** Moves a template, and wipes where it was. */
  move(from: number, to: number): void {
    const source = this.slabOf(from);
    const target = this.slabOf(to);
    const [a, b] = [from % slabSize, to % slabSize];
    target.vectors.set(source.vectors.subarray(a * this.dimension, (a + 1) * this.dimension), b * this.dimension);
    this.codesAt(to).set(this.codesAt(from));
    for (const column of ['scales', 'errors', 'keys', 'owners'] as const) target[column][b] = source[column][a]!;
    this.wipe(from);
  }

  /** Overwrites everything at a place with zeros. */
  wipe(place: number): void {
    const slab = this.slabOf(place);
    const at = place % slabSize;
    slab.vectors.fill(0, at * this.dimension, (at + 1) * this.dimension);
    this.codesAt(place).fill(0);
    for (const column of ['scales', 'errors', 'keys', 'owners'] as const) slab[column][at] = 0;
  }

  keyAt(place: number): number {
    return this.slabOf(place).keys[place % slabSize]!;
  }

  ownerAt(place: number): number {
    return this.slabOf(place).owners[place % slabSize]!;
  }

  /** Makes a probe, which must have been checked, ready for `compare`. */
  loadProbe(vector: Float32Array): QuantizedProbe {
    return quantizeProbe(vector, this.probeCodes);
  }

  /** Wipes the probe's codes. */
  dropProbe(): void {
    this.probeCodes.fill(0);
    this.products.fill(0);
  }

  /** Writes the dot products of the loaded probe's codes with the first `count` of a block into `products`. */
  compare(block: number, count: number): void {
    this.dotProducts(0, pageBytes + block * blockSize * this.stride, this.productsAt, count, this.stride);
  }

  /** The columns in which a block lies, and where its first place is in them. */
  columnsOf(block: number): { readonly slab: Slab; readonly first: number } {
    return { slab: this.slabOf(block * blockSize), first: (block * blockSize) % slabSize };
  }

  private slabOf(place: number): Slab {
    return this.slabs[Math.floor(place / slabSize)]!;
  }

  private codesAt(place: number): Int8Array {
    return this.codes.subarray(place * this.stride, (place + 1) * this.stride);
  }

  private grow(): void {
    const { dimension } = this;
    let slab: Slab;
    try {
      slab = {
        vectors: new Float32Array(slabSize * dimension),
        scales: new Float32Array(slabSize),
        errors: new Float32Array(slabSize),
        keys: new Float64Array(slabSize),
        owners: new Float64Array(slabSize),
      };
      this.memory.grow((slabSize * this.stride) / pageBytes);
    } catch {
      throw new IndexFullError(`no memory for more than ${this.slabs.length * slabSize} templates in one thread`);
    }
    this.openViews();
    const first = this.slabs.length * slabBlocks;
    this.slabs.push(slab);
    for (let block = first + slabBlocks - 1; block >= first; block--) this.freeBlocks.push(block);
  }

  /** Growing takes the old views' memory away. */
  private openViews(): void {
    const { buffer } = this.memory;
    this.probeCodes = new Int16Array(buffer, 0, this.stride);
    this.products = new Int32Array(buffer, this.productsAt, blockSize);
    this.codes = new Int8Array(buffer, pageBytes);
  }
}
