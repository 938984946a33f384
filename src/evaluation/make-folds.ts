import { posix } from 'node:path';
import { seedRandom } from './bootstrap.js';
import type { LivenessSample } from './sample.js';

/** What was kept together when the folds were formed. */
export type FoldKind = 'source' | 'folder' | 'random';

/** The folds of a cross-validation: each is scored by what was learned on the others. */
export interface Folds {
  readonly by: FoldKind;
  /** fold number of each sample, 0 … count − 1 */
  readonly of: readonly number[];
  /** group of each sample (its source or folder); '' in random folds */
  readonly groups: readonly string[];
  readonly count: number;
}

/** With more groups than this, several share a fold. */
const mostGroupsAlone = 30;
const dealtFolds = 10;

/**
 * Keeps similar pictures together: those of one source, otherwise those of one folder. If that is not possible (or would leave
 * only one label to learn from), the folds are random, and measurements on them are optimistic.
 */
export function makeFolds(samples: readonly LivenessSample[], seed: number): Folds {
  const folders = samples.map(({ path }) => posix.dirname(path.replaceAll('\\', '/')));
  const sources = samples.map(({ source }, i) => (source === '' ? `folder ${folders[i]}` : `source ${source}`));
  if (samples.some(({ source }) => source !== '') && canBeLeftOut(samples, sources)) return deal('source', sources);
  if (canBeLeftOut(samples, folders)) return deal('folder', folders);
  return shuffle(samples, seed);
}

/**
 * Whether at least three groups hold bona fide presentations and at least three hold attacks: the rest then never has only one
 * group.
 */
function canBeLeftOut(samples: readonly LivenessSample[], groups: readonly string[]): boolean {
  const of = (bonaFide: boolean): number => new Set(groups.filter((_, i) => samples[i]!.bonaFide === bonaFide)).size;
  return of(true) >= 3 && of(false) >= 3;
}

function deal(by: FoldKind, groups: readonly string[]): Folds {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const largestFirst = [...sizes].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const filled = Array<number>(largestFirst.length > mostGroupsAlone ? dealtFolds : largestFirst.length).fill(0);
  const foldOf = new Map<string, number>();
  for (const [group, size] of largestFirst) {
    const emptiest = filled.indexOf(Math.min(...filled));
    filled[emptiest]! += size;
    foldOf.set(group, emptiest);
  }
  return { by, of: groups.map((group) => foldOf.get(group)!), groups, count: filled.length };
}

/** Random folds, with each label spread evenly over them. */
function shuffle(samples: readonly LivenessSample[], seed: number): Folds {
  const random = seedRandom(seed);
  const of = Array<number>(samples.length).fill(0);
  for (const bonaFide of [true, false]) {
    const members = samples.flatMap((sample, i) => (sample.bonaFide === bonaFide ? [{ i, at: random() }] : []));
    members
      .sort((a, b) => a.at - b.at)
      .forEach(({ i }, place) => {
        of[i] = place % dealtFolds;
      });
  }
  return { by: 'random', of, groups: samples.map(() => ''), count: dealtFolds };
}
