/** What the queue must know about a task. */
export interface FairTask {
  /** who asked for it; '' stands for everybody who is not named */
  readonly owner: string;
  /** estimated run time in milliseconds */
  readonly cost: number;
  /** whether it is one of the tasks that may not occupy every slot */
  readonly isHeavy: boolean;
}

/** What the queue knows about an owner while its tasks wait or run, or until its lead is used up. */
interface Account<Task> {
  /** virtual time up to which the owner has been served, in milliseconds */
  served: number;
  /** oldest first */
  readonly waiting: Task[];
  running: number;
}

/**
 * Waiting tasks, of which the next one is always that of the owner who has been served least: start-time fair queueing (Goyal, Vin
 * and Cheng, 1996). An owner is charged the estimated cost when its task starts, and the difference to the measured run time when it
 * ends. An owner that comes, or comes back, starts at the present virtual time: it has no claim to time in which it asked for nothing.
 */
export class FairQueue<Task extends FairTask> {
  readonly #accounts = new Map<string, Account<Task>>();
  /** virtual time: up to where the owner of the latest task had been served when it started */
  #now = 0;
  #size = 0;
  #running = 0;

  /** number of waiting tasks */
  get size(): number {
    return this.#size;
  }

  /** number of an owner's waiting tasks */
  waitingOf(owner: string): number {
    return this.#accounts.get(owner)?.waiting.length ?? 0;
  }

  push(task: Task): void {
    let account = this.#accounts.get(task.owner);
    if (!account) {
      account = { served: 0, waiting: [], running: 0 };
      this.#accounts.set(task.owner, account);
    }
    if (account.waiting.length === 0 && account.running === 0) account.served = Math.max(account.served, this.#now);
    account.waiting.push(task);
    this.#size++;
  }

  /**
   * Removes and charges the next task. Of owners served equally, the one that came first is next.
   * @param mayBeHeavy false: heavy tasks are passed over
   */
  take(mayBeHeavy: boolean): Task | undefined {
    let next: Account<Task> | undefined;
    let index = -1;
    for (const account of this.#accounts.values()) {
      if (next && account.served >= next.served) continue;
      const at = account.waiting.findIndex(({ isHeavy }) => mayBeHeavy || !isHeavy);
      if (at < 0) continue;
      [next, index] = [account, at];
    }
    if (!next) return undefined;
    const [task] = next.waiting.splice(index, 1);
    this.#size--;
    this.#now = Math.max(this.#now, next.served);
    next.served += task!.cost;
    next.running++;
    this.#running++;
    return task;
  }

  /** A task that was taken has ended. @param ranMs measured run time in milliseconds */
  settle({ owner, cost }: FairTask, ranMs: number): void {
    const account = this.#accounts.get(owner);
    if (!account) return;
    account.served += ranMs - cost;
    account.running--;
    this.#running--;
    this.#forget();
  }

  /** Removes a waiting task. @returns whether it was waiting */
  remove(task: Task): boolean {
    const waiting = this.#accounts.get(task.owner)?.waiting ?? [];
    const at = waiting.indexOf(task);
    if (at < 0) return false;
    waiting.splice(at, 1);
    this.#size--;
    this.#forget();
    return true;
  }

  /** The newest task of the owner with the most waiting tasks, if these are more than `least`. */
  newestOfLongest(least: number): Task | undefined {
    let longest: Task[] = [];
    for (const { waiting } of this.#accounts.values()) if (waiting.length > longest.length) longest = waiting;
    return longest.length > least ? longest.at(-1) : undefined;
  }

  /** Number of waiting tasks that start before one of the owner's own, if all cost the same and `backlog` of its own are before it. */
  ahead(owner: string, backlog: number): number {
    let tasks = backlog;
    for (const [other, { waiting }] of this.#accounts) if (other !== owner) tasks += Math.min(waiting.length, backlog + 1);
    return tasks;
  }

  /** Owners without a task are kept only while they are ahead of the others, so that a short pause does not cancel what they used. */
  #forget(): void {
    const isIdle = this.#size === 0 && this.#running === 0;
    for (const [owner, { waiting, running, served }] of this.#accounts)
      if (waiting.length === 0 && running === 0 && (isIdle || served <= this.#now)) this.#accounts.delete(owner);
  }
}
