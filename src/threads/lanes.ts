import { FairQueue, type FairTask } from './fair-queue.js';

/** `interactive`: somebody waits for the answer. `background`: nobody does. */
export type Lane = 'interactive' | 'background';

/** A task in a lane. */
export interface LaneTask extends FairTask {
  readonly lane: Lane;
}

/** While tasks wait in both lanes, one of so many that start is from the background lane, so that it is never starved. */
const backgroundEvery = 10;

/** Two fair queues, of which the interactive one goes first. */
export class Lanes<Task extends LaneTask> {
  readonly #lanes: Readonly<Record<Lane, FairQueue<Task>>> = { interactive: new FairQueue(), background: new FairQueue() };
  /** interactive tasks that started since a background task did, while one waited */
  #passed = 0;

  /** number of waiting tasks */
  get size(): number {
    return this.#lanes.interactive.size + this.#lanes.background.size;
  }

  push(task: Task): void {
    this.#lanes[task.lane].push(task);
  }

  /** Removes the next task. @param mayBeHeavy false: heavy tasks are passed over */
  take(mayBeHeavy: boolean): Task | undefined {
    const { interactive, background } = this.#lanes;
    const isTurnOfBackground = this.#passed >= backgroundEvery - 1;
    const order = isTurnOfBackground ? [background, interactive] : [interactive, background];
    for (const lane of order) {
      const task = lane.take(mayBeHeavy);
      if (!task) continue;
      this.#passed = lane === background || background.size === 0 ? 0 : this.#passed + 1;
      return task;
    }
    return undefined;
  }

  /** A task that was taken has ended. @param ranMs measured run time in milliseconds */
  settle(task: LaneTask, ranMs: number): void {
    this.#lanes[task.lane].settle(task, ranMs);
  }

  /** Removes a waiting task. */
  remove(task: Task): void {
    this.#lanes[task.lane].remove(task);
  }

  /** All waiting tasks are removed from the queue. */
  clear(): Task[] {
    const all: Task[] = [];
    for (const lane of Object.values(this.#lanes))
      for (let t = lane.newestOfLongest(0); t; t = lane.newestOfLongest(0)) {
        lane.remove(t);
        all.push(t);
      }
    return all;
  }

  /**
   * Which waiting task must give up its place to a new one when the queue is full: background tasks first, then the newest one of the
   * owner with the most waiting tasks, if that owner still has as many as the new one's afterwards.
   */
  victimFor({ owner, lane }: LaneTask): Task | undefined {
    const { interactive, background } = this.#lanes;
    if (lane === 'interactive' && background.size > 0) return background.newestOfLongest(0);
    const own = lane === 'interactive' ? interactive : background;
    return own.newestOfLongest(own.waitingOf(owner) + 1);
  }

  /** Number of tasks that start before a new interactive one of this owner. @param backlog number of the owner's tasks before it */
  ahead(owner: string, backlog = this.#lanes.interactive.waitingOf(owner)): number {
    return this.#lanes.interactive.ahead(owner, backlog);
  }
}
