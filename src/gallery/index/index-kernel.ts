import { boundsBinary } from './bounds-binary.js';
import { prefixLength } from './prefix.js';

/** Rows that one call looks at, at most. */
export const greatestRun = 1024;
const pageBytes = 65536;

interface Kernel {
  filterRows(
    ...args: [
      probe: number,
      codes: number,
      stride: number,
      columns: number,
      apart: number,
      count: number,
      step: number,
      perError: number,
      perRest: number,
      least: number,
      out: number,
    ]
  ): number;
  filterListed(
    ...args: [
      probe: number,
      codes: number,
      stride: number,
      columns: number,
      apart: number,
      list: number,
      count: number,
      step: number,
      perError: number,
      least: number,
      out: number,
    ]
  ): number;
  multiplyFine(probe: number, coarse: number, fine: number, length: number, out: number): void;
  project(rows: number, vector: number, length: number, count: number, out: number): void;
}

let compiled: WebAssembly.Module | undefined;

/**
 * The WebAssembly memory of one thread's index with the code that works on it (bounds.assembly.ts). It begins with what one call needs:
 * the basis, the probe and a vector in several forms, and results. The templates' codes follow, for which it grows in place.
 */
export class IndexKernel {
  readonly run: Kernel;
  /** byte offsets */
  readonly at: Readonly<
    Record<'probe' | 'probePrefix' | 'exactProbe' | 'vector' | 'fine' | 'prefix' | 'sums' | 'list' | 'basis', number>
  >;
  /** the whole memory, renewed when it grows, which detaches earlier views */
  views!: { int8: Int8Array; int16: Int16Array; int32: Int32Array; float32: Float32Array; float64: Float64Array };
  readonly #memory: WebAssembly.Memory;
  readonly #scratchEnd: number;

  /**
   * @param stride values in a row of codes
   * @param hasBasis whether there is room for a basis
   */
  constructor(
    readonly stride: number,
    hasBasis: boolean,
  ) {
    let end = 0;
    const take = (bytes: number): number => {
      const from = end;
      end += Math.ceil(bytes / 16) * 16;
      return from;
    };
    this.at = {
      probe: take(stride * 2),
      probePrefix: take(prefixLength * 2),
      exactProbe: take(stride * 8),
      vector: take(stride * 4),
      fine: take(stride),
      prefix: take(prefixLength * 4),
      sums: take(16),
      list: take(greatestRun * 4),
      basis: take(hasBasis ? prefixLength * stride * 4 : 0),
    };
    this.#scratchEnd = end;
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes), maximum: 65536 });
    compiled ??= new WebAssembly.Module(Buffer.from(boundsBinary.join(''), 'base64'));
    this.run = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } }).exports as unknown as Kernel;
    this.#openViews();
  }

  /** Adds zeros. @returns their byte offset, at the beginning of a page @throws RangeError if there is no memory */
  grow(bytes: number): number {
    const pages = this.#memory.grow(Math.ceil(bytes / pageBytes));
    this.#openViews();
    return pages * pageBytes;
  }

  /** Puts a vector where the code reads it, and its product with the basis into `prefix`. */
  project(vector: Float32Array): Float32Array {
    const { float32 } = this.views;
    float32.set(vector, this.at.vector / 4);
    this.run.project(this.at.basis, this.at.vector, this.stride, prefixLength, this.at.prefix);
    return float32.subarray(this.at.prefix / 4, this.at.prefix / 4 + prefixLength);
  }

  /** Overwrites everything but the basis and the templates with zeros. */
  wipe(): void {
    this.views.int8.fill(0, 0, this.at.basis);
  }

  /** Bytes before the templates. */
  get scratchBytes(): number {
    return this.#scratchEnd;
  }

  #openViews(): void {
    const { buffer } = this.#memory;
    this.views = {
      int8: new Int8Array(buffer),
      int16: new Int16Array(buffer),
      int32: new Int32Array(buffer),
      float32: new Float32Array(buffer),
      float64: new Float64Array(buffer),
    };
  }
}
