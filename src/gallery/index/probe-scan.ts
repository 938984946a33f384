import { type PrefixProbe, quantizePrefixProbe } from './prefix.js';
import { boundFinely, checkTemplate, type QuantizedProbe, quantizeProbe } from './quantize.js';
import { column, columnBytes, slabSize, type TemplateMemory } from './template-memory.js';

/** Runs for which the prefix is left out after it ruled out too little, at most. */
const LONGEST_PAUSE = 16;

/** One search through the memory: a probe in its codes. Nothing else may use the memory until it is wiped. */
export class ProbeScan {
  readonly #memory: TemplateMemory;
  readonly #squares: number;
  readonly #codes: QuantizedProbe;
  readonly #prefix: PrefixProbe | undefined;
  /** runs for which the prefix is still left out, and for how many it is the next time */
  #paused = 0;
  #pause = 1;

  /** @param vector must have been checked */
  constructor(memory: TemplateMemory, vector: Float32Array) {
    this.#memory = memory;
    const { kernel, stride } = memory;
    const { at, views } = kernel;
    this.#squares = checkTemplate(vector, memory.dimension);
    this.#codes = quantizeProbe(vector, views.int16.subarray(at.probe / 2, at.probe / 2 + stride), this.#squares);
    views.float64.set(vector, at.exactProbe / 8);
    if (!memory.hasBasis) return;
    const codes = views.int16.subarray(at.probePrefix / 2);
    this.#prefix = quantizePrefixProbe(kernel.project(vector), codes, this.#squares);
  }

  /**
   * Finds the templates whose bound reaches a score.
   * @param first place of a block
   * @param count of places, which must follow each other in one slab: a multiple of 4, at most `greatestRun`
   * @returns their positions after `first`, ascending; valid until the next call
   */
  filter(first: number, count: number, least: number): Int32Array {
    const { kernel } = this.#memory;
    const useful = this.#prefix && least > Number.NEGATIVE_INFINITY && this.#paused === 0;
    const left = useful ? this.#filterPrefixes(this.#prefix!, first, count, least) : count;
    // A basis that suits the data leaves few. Where it leaves most, as in data without structure, it is tried only now and then.
    if (this.#paused > 0) this.#paused--;
    else if (2 * left > count) this.#paused = this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    else this.#pause = 1;
    const found = 2 * left > count ? this.#filterCodes(first, count, least) : this.#filterListed(first, left, least);
    return kernel.views.int32.subarray(kernel.at.list / 4, kernel.at.list / 4 + found);
  }

  /** An interval that contains the score of the template at a place. */
  bound(place: number): { low: number; high: number } {
    const { kernel, stride } = this.#memory;
    const { at, views } = kernel;
    const slab = this.#memory.slabOf(place);
    const codes = slab.codes + (place % slabSize) * stride;
    views.int8.set(this.#memory.fineAt(place), at.fine);
    kernel.run.multiplyFine(at.exactProbe, codes, at.fine, stride, at.sums);
    const step = this.#memory.columnOf(place, column.scale) / 256;
    const product = views.float64[at.sums / 8]! * step;
    const distance = this.#squares - 2 * product + views.float64[at.sums / 8 + 1]! * step * step;
    return boundFinely(
      product,
      distance,
      this.#memory.columnOf(place, column.fineError),
      this.#memory.columnOf(place, column.self),
    );
  }

  /** Overwrites the probe and everything computed from it. */
  wipe(): void {
    this.#memory.kernel.wipe();
  }

  #filterPrefixes({ step, perError, perRest, always }: PrefixProbe, first: number, count: number, least: number): number {
    const { run, at } = this.#memory.kernel;
    const slab = this.#memory.slabOf(first);
    const from = first % slabSize;
    const stride = this.#memory.prefixBytes;
    return run.filterRows(
      ...([at.probePrefix, slab.prefixes + from * stride, stride] as const),
      ...([slab.columns + from * 4, columnBytes, count, step, perError, perRest, least - always, at.list] as const),
    );
  }

  #filterCodes(first: number, count: number, least: number): number {
    const { run, at } = this.#memory.kernel;
    const { step, perError, always } = this.#codes;
    return run.filterRows(...this.#codesFrom(first), count, step, perError, 0, least - always, at.list);
  }

  #filterListed(first: number, count: number, least: number): number {
    const { run, at } = this.#memory.kernel;
    const { step, perError, always } = this.#codes;
    return run.filterListed(...this.#codesFrom(first), at.list, count, step, perError, least - always, at.list);
  }

  #codesFrom(first: number): [probe: number, codes: number, stride: number, columns: number, apart: number] {
    const { kernel, stride } = this.#memory;
    const slab = this.#memory.slabOf(first);
    const from = first % slabSize;
    return [
      kernel.at.probe,
      slab.codes + from * stride,
      stride,
      slab.columns + column.scale * columnBytes + from * 4,
      columnBytes,
    ];
  }
}
