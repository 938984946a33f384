import { runNow, runTimeout } from '../base/run-clock.js';
import { UnavailableError } from '../base/unavailable-error.js';
import type { DatabaseGate } from './database-gate.js';
import { describe } from './unavailable.js';

/** Called once when the database is out of order, with the reason, and once when it is back. For the log. */
export type DatabaseStateListener = (
  state: { readonly isUp: false; readonly reason: string } | { readonly isUp: true; readonly downMs: number },
) => void;

/** How a store watches its database. */
export interface WatchOptions {
  readonly onChange: DatabaseStateListener;
  /** milliseconds within which a healthy database answers a probe (default 2500) */
  readonly answerMs?: number;
}

/** A look at the database, on a connection of its own. */
export interface DatabaseProbe {
  /** Rejects if the database cannot serve requests. @param writes whether to write to the disk, too */
  look(writes: boolean): Promise<void>;
  /** Drops the connection: the next look opens another one. */
  drop(): void;
  close(): Promise<void>;
}

/** Milliseconds between two probes. */
const INTERVAL_MS = 1000;
/** Milliseconds between two probes that write while the database is up. */
const WRITE_INTERVAL_MS = 30_000;
/** Milliseconds between two probes that write because statements are slow. */
const SUSPICIOUS_INTERVAL_MS = 2000;
const DEFAULT_ANSWER_MS = 2500;

/** Opens and closes the gate in front of the database, by probing it once a second. */
export class DatabaseMonitor {
  readonly #gate: DatabaseGate;
  readonly #probe: DatabaseProbe;
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #downSince: number | undefined;
  /** a statement failed or is slow: the next probe writes */
  #mustWrite = false;
  #isStopped = false;

  constructor(gate: DatabaseGate, probe: DatabaseProbe, options: WatchOptions) {
    this.#gate = gate;
    this.#probe = probe;
    this.#options = options;
    gate.onSuspicion((hasFailed) => {
      if (hasFailed || runNow() - this.#wroteAt >= SUSPICIOUS_INTERVAL_MS) this.#mustWrite = true;
      void this.look();
    }, this.#answerMs / 2);
    this.#schedule();
  }

  /** Probes the database now, or waits for the probe that is running. Never rejects: the gate has the result. */
  look(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#probe.drop();
    await this.#looking;
    await this.#probe.close();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.look().finally(() => this.#schedule()), this.#intervalMs).unref();
  }

  get #answerMs(): number {
    return this.#options.answerMs ?? DEFAULT_ANSWER_MS;
  }

  get #intervalMs(): number {
    return Math.min(INTERVAL_MS, this.#answerMs);
  }

  async #look(): Promise<void> {
    // What made the database fail is found again only by a probe that does the same: while it is down every probe writes.
    const writes = this.#mustWrite || this.#downSince !== undefined || runNow() - this.#wroteAt >= WRITE_INTERVAL_MS;
    this.#mustWrite = false;
    try {
      await this.#lookInTime(writes);
      if (writes) this.#wroteAt = runNow();
      if (this.#downSince === undefined || this.#isStopped) return;
      this.#gate.open();
      const downMs = Math.round(performance.now() - this.#downSince);
      this.#downSince = undefined;
      this.#options.onChange({ isUp: true, downMs });
    } catch (error) {
      if (this.#isStopped) return;
      this.#probe.drop();
      const failure =
        error instanceof UnavailableError
          ? error
          : new UnavailableError('database', describe(error), undefined, { cause: error });
      this.#gate.close(failure);
      if (this.#downSince !== undefined) return;
      this.#downSince = performance.now();
      this.#options.onChange({ isUp: false, reason: failure.message });
    }
  }

  async #lookInTime(writes: boolean): Promise<void> {
    const looking = this.#probe.look(writes);
    looking.catch(() => {});
    let timer: ReturnType<typeof runTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = runTimeout(
        () => reject(new UnavailableError('database', `the database does not answer within ${this.#answerMs} ms`)),
        this.#answerMs,
        false,
      );
    });
    try {
      await Promise.race([looking, late]);
    } finally {
      timer?.clear();
    }
  }
}
