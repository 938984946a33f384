import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FastifyBaseLogger } from 'fastify';
import { UnavailableError } from '../base/unavailable-error.js';
import type { Store } from '../storage/store.js';
import type { KeyRegister } from '../vault/key-register.js';
import type { HeldRings, RunningServer } from '../vault/running-servers.js';
import type { Announce } from './announce-slow.js';
import type { Service } from './service.js';

/** Milliseconds between two looks at the keys and the database's clock. */
const LOOK_MS = 1000;
/** Milliseconds between signs of life in the database while nothing changes. */
const SIGN_MS = 2000;
/** Difference of the clocks, in milliseconds, from which on the operator is warned. */
export const WARN_MS = 2000;
/** Difference from which on the server is not ready: tokens would be valid at one server and expired at another. */
const LIMIT_MS = 30_000;

/** What a server watches of itself and the other servers of its database. */
export interface ServerWatch {
  /** @throws UnavailableError while this server lacks a key that the others use, or uses one that they lack */
  checkKeys(): void;
  /** @throws UnavailableError while this machine's clock differs from the database's by more than half a minute */
  checkClock(): void;
}

/** What watching needs. */
export interface ServerWatchOptions {
  readonly store: Store;
  readonly register: KeyRegister;
  readonly log: FastifyBaseLogger;
  /** where this server listens; tells servers of one machine apart in messages */
  readonly port: string;
  readonly listHeld: () => Promise<HeldRings>;
  /** called with what is wrong at the start, which is logged as well */
  readonly announce: Announce;
  /** epoch milliseconds of this machine; replaced by tests */
  readonly now?: () => number;
}

/** Watches the keys and the clock from the start on, and tells the other servers that this one runs. */
export const serverWatchService = (options: ServerWatchOptions): Service<ServerWatch & { stop(): Promise<void> }> => ({
  async start() {
    const watch = new Watch(options);
    await watch.begin();
    return watch;
  },
  stop: (watch) => watch.stop(),
});

class Watch implements ServerWatch {
  readonly #server: RunningServer;
  #keyProblems: readonly string[] = [];
  #clockState: 'right' | 'off' | 'wrong' = 'right';
  #signed = '';
  #signedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(private readonly options: ServerWatchOptions) {
    this.#server = { id: randomUUID(), host: `${hostname()}:${options.port}`, startedAt: options.store.now() };
  }

  async begin(): Promise<void> {
    await this.#look();
    for (const problem of this.#keyProblems) this.options.announce(`Not ready: ${problem}.`, 'terminal');
    if (this.#clockState === 'wrong') this.options.announce(`Not ready: ${describeClock(this.#differenceMs())}.`, 'terminal');
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    // Without the database the row stays, and counts as stopped after some seconds.
    await this.options.register.servers.signOff(this.#server.id).catch(() => {});
  }

  checkKeys(): void {
    if (this.#keyProblems.length > 0) throw new UnavailableError('keys', this.#keyProblems.join('; '));
  }

  checkClock(): void {
    this.#compareClocks();
    if (this.#clockState === 'wrong') throw new UnavailableError('clock', describeClock(this.#differenceMs()), 30);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        // The database's own watch reports that it does not answer.
        .catch(() => {})
        .finally(() => this.#schedule());
    }, LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    const { store, register, listHeld } = this.options;
    await store.check();
    this.#compareClocks();
    const held = await listHeld().catch((error: Error) => error);
    if (held instanceof Error) return this.#setKeyProblems([`the keys cannot be read: ${held.message}`]);
    const signed = JSON.stringify(held);
    if (signed !== this.#signed || performance.now() - this.#signedAt >= SIGN_MS) {
      await register.servers.sign(this.#server, held);
      this.#signed = signed;
      this.#signedAt = performance.now();
    }
    this.#setKeyProblems(await register.reconcile(held, this.#server));
  }

  #setKeyProblems(problems: readonly string[]): void {
    const { log } = this.options;
    if (problems.join() === this.#keyProblems.join()) return;
    this.#keyProblems = problems;
    if (problems.length > 0) log.error({ problems }, 'not ready: the keys differ from those of the other servers');
    else log.info('the keys are those of the other servers again');
  }

  #differenceMs(): number {
    const { store, now = Date.now } = this.options;
    return now() - store.now();
  }

  #compareClocks(): void {
    const differenceMs = this.#differenceMs();
    const apart = Math.abs(differenceMs);
    const state = apart >= LIMIT_MS ? 'wrong' : apart >= WARN_MS ? 'off' : 'right';
    if (state === this.#clockState) return;
    this.#clockState = state;
    const { log } = this.options;
    const message = describeClock(differenceMs);
    if (state === 'wrong') log.error({ differenceMs }, `not ready: ${message}`);
    else if (state === 'off') log.warn({ differenceMs }, message);
    else log.info({ differenceMs }, "this machine's clock agrees with the database's again");
  }
}

/** For the log and the operator. */
export const describeClock = (differenceMs: number): string =>
  `this machine's clock is ${Math.round(Math.abs(differenceMs) / 1000)} s ${differenceMs > 0 ? 'ahead of' : 'behind'} the database's: synchronise it (NTP)`;
