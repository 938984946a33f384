import { dotProductsBinary } from './dot-products-binary.js';
import { IndexFullError } from './index-errors.js';
import { checkTemplate, type QuantizedProbe, quantizeProbe, quantizeTemplate } from './quantize.js';

/** Templates per block. A company's memory grows by blocks, and one call into WebAssembly compares one block. */
export const blockSize = 64;
/** Blocks that are reserved at once: about 21 MB for 512 values. The OS provides only the pages that are written to. */
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
 * The memory of all templates of one thread, in blocks of 64 places. Blocks are lent to template sets and zeroed before they are
 * returned. The float32 vectors are in slabs of 8192. Their int8 codes, 512 bytes each, are in one WebAssembly memory, which
 * grows in place, so that nothing is copied. A place is a number: block · 64 + position.
 */
export class TemplateMemory {
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  private readonly dotProducts: DotProducts;
  private readonly slabs: Slab[] = [];
  private readonly freeBlocks: number[] = [];
  /** values per row of codes: the dimension, padded with zeros to a multiple of 32 */
  private readonly stride: number;
  /** byte offset of the products. The probe is at 0, the products follow it, and the codes start at the second page */
  private readonly productsAt: number;
  private codes = new Int8Array(0);
  private probeCodes = new Int16Array(0);
  /** results of the last `compare`, one per place of the block */
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

  /** Bytes per template, with its codes and numbers, but without the hash table of enrolment numbers (about 50 bytes each). */
  get bytesPerTemplate(): number {
    return this.dimension * 4 + this.stride + 4 + 4 + 8 + 8;
  }

  /** Bytes reserved. Pages that were never written to are not resident. */
  get reservedBytes(): number {
    return this.slabs.length * slabSize * this.bytesPerTemplate + pageBytes;
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

  /** Moves a template and wipes its old place. */
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

  /** Prepares a probe for `compare`. @param vector must have been checked */
  loadProbe(vector: Float32Array): QuantizedProbe {
    return quantizeProbe(vector, this.probeCodes);
  }

  /** Wipes the probe's codes and the products. */
  dropProbe(): void {
    this.probeCodes.fill(0);
    this.products.fill(0);
  }

  /** Writes the dot products of the loaded probe's codes and the first `count` templates of a block to `products`. */
  compare(block: number, count: number): void {
    this.dotProducts(0, pageBytes + block * blockSize * this.stride, this.productsAt, count, this.stride);
  }

  /** The columns that contain a block, and the index of its first place in them. */
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

  /** Growing detaches the buffer of the old views. */
  private openViews(): void {
    const { buffer } = this.memory;
    this.probeCodes = new Int16Array(buffer, 0, this.stride);
    this.products = new Int32Array(buffer, this.productsAt, blockSize);
    this.codes = new Int8Array(buffer, pageBytes);
  }
}
