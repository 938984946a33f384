import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../growth/figures.js';
import type { BenchServer } from './bench-server.js';
import type { Call } from './contract-calls.js';
import { type LoadFigure, roundTo } from './figures.js';
import type { Slice } from './slices.js';

/** Answers of a server that has too much to do. */
const refusals: ReadonlySet<number> = new Set([429, 503]);

/** Clients that send requests without a pause, except after a refusal: they wait as long as it says. */
export class Load implements Slice {
  readonly weight = 2;
  /** milliseconds of the requests that were answered with 200 */
  readonly times: number[] = [];
  readonly #loop: { p99: number; max: number }[] = [];
  #seconds = 0;
  #refused = 0;

  /**
   * @param clients at least 1
   * @param parallel cores that can work for them
   */
  constructor(
    private readonly server: BenchServer,
    private readonly call: Call,
    private readonly clients: number,
    private readonly parallel: number,
  ) {}

  async run(ms: number, isWarmUp: boolean): Promise<void> {
    this.server.resetLoopDelay();
    const [answered, refused] = [this.times.length, this.#refused];
    const began = performance.now();
    await Promise.all(Array.from({ length: this.clients }, () => this.#send(began + ms)));
    if (isWarmUp) {
      this.times.length = answered;
      this.#refused = refused;
      return;
    }
    this.#seconds += (performance.now() - began) / 1000;
    this.#loop.push(await this.server.readLoopDelay());
  }

  /** @returns undefined if every request was refused */
  describe(): LoadFigure | undefined {
    if (this.times.length === 0) return undefined;
    return {
      clients: this.clients,
      parallel: this.parallel,
      perSecond: roundTo(this.times.length / this.#seconds),
      refused: this.#refused,
      loopP99: roundTo(
        quantile(
          this.#loop.map(({ p99 }) => p99),
          0.5,
        ),
      ),
      loopMax: roundTo(Math.max(...this.#loop.map(({ max }) => max))),
    };
  }

  /** One client, until `end`. */
  async #send(end: number): Promise<void> {
    do {
      const began = performance.now();
      const { status, retryAfterSeconds } = await this.call.send();
      if (status === 200) this.times.push(performance.now() - began);
      else if (refusals.has(status)) {
        this.#refused++;
        const wait = retryAfterSeconds * 1000;
        if (performance.now() + wait > end) return;
        await sleep(wait);
      } else throw new Error(`${this.call.name}: HTTP ${status}`);
    } while (performance.now() < end);
  }
}
