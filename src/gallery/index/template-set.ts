import type { Candidates } from './candidates.js';
import { greatestRun } from './index-kernel.js';
import { ProbeScan } from './probe-scan.js';
import { blockSize, slabSize, type TemplateMemory } from './template-memory.js';

/** One company's templates, without gaps: when one is removed, its place is wiped and the last template moves there. */
export class TemplateSet {
  private readonly blocks: number[] = [];
  /** enrolment number → position, 0..size − 1 */
  private readonly positions = new Map<number, number>();

  constructor(private readonly memory: TemplateMemory) {}

  get size(): number {
    return this.positions.size;
  }

  /** Adds a template, or replaces the one with the same enrolment number. @throws InvalidTemplateError, IndexFullError */
  add(key: number, owner: number, vector: Float32Array): void {
    const known = this.positions.get(key);
    if (known !== undefined) {
      this.memory.write(this.placeOf(known), key, owner, vector);
      return;
    }
    const position = this.size;
    const opens = position === this.blocks.length * blockSize;
    if (opens) this.blocks.push(this.memory.takeBlock());
    try {
      this.memory.write(this.placeOf(position), key, owner, vector);
    } catch (error) {
      if (opens) this.memory.returnBlock(this.blocks.pop()!);
      throw error;
    }
    this.positions.set(key, position);
  }

  /** Removes a template. @returns whether it existed */
  remove(key: number): boolean {
    const position = this.positions.get(key);
    if (position === undefined) return false;
    const last = this.size - 1;
    const place = this.placeOf(position);
    if (position === last) {
      this.memory.wipe(place);
    } else {
      const lastPlace = this.placeOf(last);
      this.positions.set(this.memory.keyAt(lastPlace), position);
      this.memory.move(lastPlace, place);
    }
    this.positions.delete(key);
    if (last % blockSize === 0) this.memory.returnBlock(this.blocks.pop()!);
    return true;
  }

  /** Compares the owner of every template (1 ms per million), which saves a second table. @returns the number removed */
  removeOwner(owner: number): number {
    const keys: number[] = [];
    for (let position = 0; position < this.size; position++) {
      const place = this.placeOf(position);
      if (this.memory.ownerAt(place) === owner) keys.push(this.memory.keyAt(place));
    }
    for (const key of keys) this.remove(key);
    return keys.length;
  }

  /**
   * Offers every template that can still be among the best, with an interval that contains its score.
   * @param probe must have been checked
   * @returns number of intervals computed
   */
  search(probe: Float32Array, candidates: Candidates, excludeOwner: number | undefined): number {
    const { memory, size } = this;
    const scan = new ProbeScan(memory, probe);
    let bounded = 0;
    try {
      // Short runs at first: the score to reach rises most with the first templates.
      for (let number = 0, longest = 1; number < this.blocks.length; longest = Math.min(2 * longest, greatestRun / blockSize)) {
        const first = this.blocks[number]! * blockSize;
        const count = this.runFrom(number, longest);
        const left = size - number * blockSize;
        for (const at of scan.filter(first, count * blockSize, candidates.scoreToReach)) {
          // Places that are not in use follow the others.
          if (at >= left) break;
          const place = first + at;
          const owner = memory.ownerAt(place);
          if (owner === excludeOwner) continue;
          bounded++;
          candidates.offer({ owner, key: memory.keyAt(place), print: memory.printAt(place), ...scan.bound(place) });
        }
        number += count;
      }
    } finally {
      scan.wipe();
    }
    return bounded;
  }

  /** The places in use, by position. */
  *places(): Generator<number> {
    for (let position = 0; position < this.size; position++) yield this.placeOf(position);
  }

  /** How many blocks from this one follow each other in memory, and in one slab. */
  private runFrom(number: number, longest: number): number {
    const first = this.blocks[number]!;
    const inSlab = slabSize / blockSize - (first % (slabSize / blockSize));
    const most = Math.min(longest, inSlab, this.blocks.length - number);
    let count = 1;
    while (count < most && this.blocks[number + count] === first + count) count++;
    return count;
  }

  private placeOf(position: number): number {
    return this.blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
  }
}
