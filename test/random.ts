/** Pseudo-random numbers from a seed: the same seed gives the same pictures on every machine (Mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 inclusive .. 1 exclusive */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** from inclusive .. to exclusive */
  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** an integer, both ends inclusive */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  /** an sRGB colour, as CSS has it */
  colour(): string {
    return `rgb(${this.whole(0, 255)},${this.whole(0, 255)},${this.whole(0, 255)})`;
  }

  /** normal distribution, mean 0 and standard deviation 1 */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
