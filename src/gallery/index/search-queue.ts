import { IndexBusyError, IndexCancelledError, IndexDeadlineError } from './index-errors.js';

interface Ticket {
  /** milliseconds left when its turn comes */
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Runs searches one after the other (each keeps every index thread busy: two side by side would only take turns), first come, first served, with a bounded
 * queue and a deadline for waiting and running together. A search whose time is up is dropped while it waits; one that runs is let finish unheard.
 */
export class SearchQueue<Result> {
  private readonly tickets: Ticket[] = [];
  private running = false;
  private closedBy: Error | undefined;
  /** moving average of a run, for Retry-After */
  private meanRunMs = 10;

  constructor(
    private readonly limit: number,
    private readonly deadlineMs: number,
  ) {}

  get waiting(): number {
    return this.tickets.length;
  }

  /** @throws IndexBusyError, IndexDeadlineError, IndexCancelledError, and what the task throws */
  run(task: (remainingMs: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    if (signal?.aborted) return Promise.reject(new IndexCancelledError('the caller gave up'));
    if (this.running && this.tickets.length >= this.limit)
      return Promise.reject(new IndexBusyError(Math.max(1, Math.ceil(((this.limit + 1) * this.meanRunMs) / 1000))));
    return new Promise((resolve, reject) => {
      const asked = performance.now();
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const ticket: Ticket = {
        begin: () => {
          settle();
          // Never 0: a timer of 0 ms would end what has just begun.
          void this.work(() => task(Math.max(1, this.deadlineMs - (performance.now() - asked)))).then(resolve, reject);
        },
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      const drop = (error: Error): void => {
        const at = this.tickets.indexOf(ticket);
        if (at < 0) return;
        this.tickets.splice(at, 1);
        ticket.refuse(error);
      };
      const onAbort = (): void => drop(new IndexCancelledError('the caller gave up'));
      const timer = setTimeout(
        () => drop(new IndexDeadlineError(`the search did not begin within ${this.deadlineMs} ms`)),
        this.deadlineMs,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.tickets.push(ticket);
      this.next();
    });
  }

  /** Refuses what waits and what comes. */
  close(error: Error): void {
    this.closedBy = error;
    for (const ticket of this.tickets.splice(0)) ticket.refuse(error);
  }

  private next(): void {
    if (this.running) return;
    this.tickets.shift()?.begin();
  }

  private async work(task: () => Promise<Result>): Promise<Result> {
    this.running = true;
    const began = performance.now();
    try {
      return await task();
    } finally {
      this.meanRunMs += (performance.now() - began - this.meanRunMs) / 16;
      this.running = false;
      this.next();
    }
  }
}
