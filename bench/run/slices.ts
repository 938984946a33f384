import type { Plan } from './options.js';

/** Something that is measured for a while, then again in the next turn. */
export interface Slice {
  /** how much longer than the plan says it is measured in a turn (default 1) */
  readonly weight?: number;
  /** @param isWarmUp whether the times do not count */
  run(ms: number, isWarmUp: boolean): Promise<void>;
}

/** Rounds of a slice at least, however long they take: a median needs some. */
const leastRounds = 3;

/** Tasks that run one after the other, each timed, again and again. */
export class Steps<Name extends string> implements Slice {
  readonly weight: number;
  readonly times: Readonly<Record<Name, number[]>>;

  constructor(private readonly tasks: Readonly<Record<Name, () => Promise<unknown>>>) {
    this.weight = Object.keys(tasks).length;
    this.times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []])) as unknown as Record<Name, number[]>;
  }

  async run(ms: number, isWarmUp: boolean): Promise<void> {
    const end = performance.now() + ms;
    for (let round = 0; round < (isWarmUp ? 1 : leastRounds) || performance.now() < end; round++)
      for (const name of Object.keys(this.tasks) as Name[]) {
        const began = performance.now();
        await this.tasks[name]();
        if (!isWarmUp) this.times[name].push(performance.now() - began);
      }
  }
}

/** The part of a slice that the bare loop runs before and after it. */
const barePart = 1 / 3;

/**
 * Measures slices in turns, every second turn in the opposite order, each between two short runs of the bare loop: other load on the
 * machine affects both.
 * @param runBare runs the bare loop for a while @returns the milliseconds of each of its rounds
 * @returns the times of the bare loop beside each slice
 */
export async function measureInTurns<T extends Slice>(
  slices: readonly T[],
  runBare: (ms: number) => Promise<number[]>,
  { turns, sliceMs }: Pick<Plan, 'turns' | 'sliceMs'>,
): Promise<Map<T, number[]>> {
  const beside = new Map(slices.map((slice): [T, number[]] => [slice, []]));
  for (const slice of slices) await slice.run(sliceMs / 4, true);
  for (let turn = 0; turn < turns; turn++) {
    let before = await runBare(sliceMs * barePart);
    for (const slice of turn % 2 === 0 ? slices : slices.toReversed()) {
      await slice.run(sliceMs * (slice.weight ?? 1), false);
      const after = await runBare(sliceMs * barePart);
      beside.get(slice)!.push(...before, ...after);
      before = after;
    }
  }
  return beside;
}
