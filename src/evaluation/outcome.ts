import type { Decision, JudgedSample } from './judge-sample.js';
import { groupBy } from './presentation-errors.js';
import { countRate, type Rate } from './rate.js';

/**
 * What became of a presentation in the whole verdict, from the first finding:
 * - `accepted`: no finding
 * - `attack`: classified as an attack
 * - `asked-again`: not judgeable, so that the client asks for another picture
 * - `refused`: another condition has precedence (no face, too small, turned away, blurred …)
 * - `no-response`: the file could not be measured (unreadable, too large, timed out)
 */
export const outcomes = ['accepted', 'attack', 'asked-again', 'refused', 'no-response'] as const;
export type Outcome = (typeof outcomes)[number];

/** The outcome of the whole verdict. The last three are non-responses in the terms of ISO/IEC 30107-3. */
export function outcomeOf({ findings: [first], reason }: JudgedSample): Outcome {
  if (reason !== undefined) return 'no-response';
  if (first === undefined) return 'accepted';
  if (first === 'attack') return 'attack';
  return first === 'not-judgeable' ? 'asked-again' : 'refused';
}

/** The classification that a client gets. A picture that is asked for again or refused for a condition has no response. */
export function decideByVerdict(sample: JudgedSample): Decision {
  const outcome = outcomeOf(sample);
  return outcome === 'accepted' ? 'bona-fide' : outcome === 'attack' ? 'attack' : 'none';
}

/** How the outcomes of one group of presentations are distributed: what its attackers or users experience. */
export interface OutcomeShares {
  /** species, or kind of bona fide presentation */
  readonly name: string;
  readonly presentations: number;
  /** of all presentations of the group */
  readonly shares: Readonly<Record<Outcome, Rate>>;
}

/** Outcomes of attacks and of bona fide presentations. */
export interface LabelledOutcomes {
  readonly attack: OutcomeShares;
  readonly bonaFide: OutcomeShares;
}

/** The outcomes of the whole verdict, in groups. */
export interface OutcomeReport extends LabelledOutcomes {
  readonly species: readonly OutcomeShares[];
  /** by kind of bona fide presentation; empty if no kinds were given */
  readonly bonaFideKinds: readonly OutcomeShares[];
  /** empty if no source was given */
  readonly sources: readonly (LabelledOutcomes & { readonly source: string })[];
}

/** Counts the outcomes by species, by kind and by source. */
export function countOutcomes(samples: readonly JudgedSample[]): OutcomeReport {
  const sources = groupBy(samples, ({ source }) => source);
  const all = countByLabel(samples);
  const groups = (of: readonly JudgedSample[]): OutcomeShares[] =>
    [...groupBy(of, ({ species }) => species)].map(([name, members]) => share(name, members));
  const kinds = groups(samples.filter(({ bonaFide }) => bonaFide));
  return {
    ...all,
    species: groups(samples.filter(({ bonaFide }) => !bonaFide)),
    bonaFideKinds: kinds.some(({ name }) => name !== '') ? kinds : [],
    sources: isGiven(sources) ? [...sources].map(([source, of]) => ({ source, ...countByLabel(of) })) : [],
  };
}

/** Whether any presentation names its source. */
export const isGiven = (sources: ReadonlyMap<string, unknown>): boolean => sources.size > 1 || !sources.has('');

const countByLabel = (samples: readonly JudgedSample[]): LabelledOutcomes => ({
  attack: share(
    'all attacks',
    samples.filter(({ bonaFide }) => !bonaFide),
  ),
  bonaFide: share(
    'all bona fide',
    samples.filter(({ bonaFide }) => bonaFide),
  ),
});

const share = (name: string, samples: readonly JudgedSample[]): OutcomeShares => ({
  name,
  presentations: samples.length,
  shares: Object.fromEntries(
    outcomes.map((outcome) => [outcome, countRate(samples, (sample) => outcomeOf(sample) === outcome)]),
  ) as Record<Outcome, Rate>,
});
