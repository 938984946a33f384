import type { BestOwners } from './best-owners.js';
import { blockSize, type TemplateMemory } from './template-memory.js';

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
   * Computes the exact score of every template that can still be among the best, and offers it to `best`.
   * @param probe must have been checked
   * @returns number of exact scores computed
   */
  search(probe: Float32Array, best: BestOwners, excludeOwner: number | undefined): number {
    const { memory } = this;
    const { step, perError, always } = memory.loadProbe(probe);
    let exact = 0;
    let toReach = best.scoreToReach;
    for (let number = 0; number < this.blocks.length; number++) {
      const block = this.blocks[number]!;
      const count = Math.min(blockSize, this.size - number * blockSize);
      memory.compare(block, count);
      const { slab, first } = memory.columnsOf(block);
      const { products } = memory;
      const { vectors, scales, errors, owners, keys } = slab;
      for (let i = 0; i < count; i++) {
        const at = first + i;
        if (products[i]! * scales[at]! * step + errors[at]! * perError + always < toReach) continue;
        const owner = owners[at]!;
        if (owner === excludeOwner) continue;
        exact++;
        best.offer({ owner, key: keys[at]!, score: dotProduct(probe, vectors, at * probe.length) });
        toReach = best.scoreToReach;
      }
    }
    memory.dropProbe();
    return exact;
  }

  private placeOf(position: number): number {
    return this.blocks[Math.floor(position / blockSize)]! * blockSize + (position % blockSize);
  }
}

/** In float64 and in the order of the values, so that the result is identical to a plain loop's. */
function dotProduct(probe: Float32Array, vectors: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < probe.length; i++) sum += probe[i]! * vectors[from + i]!;
  return sum;
}
