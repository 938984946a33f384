import type { Decision, JudgedSample } from './judge-sample.js';
import { countRate, type Rate } from './rate.js';

/** Errors on the attacks of one species. */
export interface SpeciesErrors {
  readonly species: string;
  /** APCER: attacks taken for bona fide, of those that had a response */
  readonly apcer: Rate;
  /** APNRR: attacks without a response, of all */
  readonly nonResponse: Rate;
  /** attacks taken for bona fide, of all */
  readonly accepted: Rate;
}

/** Errors on one kind of bona fide presentation. */
export interface BonaFideErrors {
  readonly kind: string;
  /** BPCER: bona fide presentations taken for attacks, of those that had a response */
  readonly bpcer: Rate;
  /** BPNRR: without a response, of all */
  readonly nonResponse: Rate;
  /** not accepted, for whatever reason, of all */
  readonly refused: Rate;
}

/** ISO/IEC 30107-3 errors of one way to decide. */
export interface PresentationErrors {
  readonly species: readonly SpeciesErrors[];
  /** the species with the highest APCER: what the standard reports */
  readonly worst: SpeciesErrors | undefined;
  /** all species thrown together, each attack counting alike */
  readonly pooled: SpeciesErrors;
  readonly bonaFide: BonaFideErrors;
  /** by the kinds of bona fide presentations, where they were given */
  readonly bonaFideKinds: readonly BonaFideErrors[];
  /** (APCER of the worst species + BPCER) / 2; null where one of them is not known */
  readonly acer: number | null;
  /** (pooled APCER + BPCER) / 2: not the standard's, but what many publish */
  readonly pooledAcer: number | null;
}

/** @param decide what the view makes of a picture */
export function measureErrors(samples: readonly JudgedSample[], decide: (sample: JudgedSample) => Decision): PresentationErrors {
  const attacks = samples.filter((sample) => !sample.bonaFide);
  const bonaFide = samples.filter((sample) => sample.bonaFide);
  const ofSpecies = (species: string, of: readonly JudgedSample[]): SpeciesErrors => ({
    species,
    apcer: countRate(
      of.filter((sample) => decide(sample) !== 'none'),
      (sample) => decide(sample) === 'bona-fide',
    ),
    nonResponse: countRate(of, (sample) => decide(sample) === 'none'),
    accepted: countRate(of, (sample) => decide(sample) === 'bona-fide'),
  });
  const ofKind = (kind: string, of: readonly JudgedSample[]): BonaFideErrors => ({
    kind,
    bpcer: countRate(
      of.filter((sample) => decide(sample) !== 'none'),
      (sample) => decide(sample) === 'attack',
    ),
    nonResponse: countRate(of, (sample) => decide(sample) === 'none'),
    refused: countRate(of, (sample) => decide(sample) !== 'bona-fide'),
  });
  const species = [...groupBy(attacks, (sample) => sample.species)].map(([name, of]) => ofSpecies(name, of));
  const worst = species
    .filter(({ apcer }) => apcer.value !== null)
    // Of two that are equally bad the one with more pictures says more.
    .sort((a, b) => b.apcer.value! - a.apcer.value! || b.apcer.of - a.apcer.of)[0];
  const pooled = ofSpecies('all', attacks);
  const all = ofKind('all', bonaFide);
  const kinds = [...groupBy(bonaFide, (sample) => sample.species)].map(([kind, of]) => ofKind(kind, of));
  return {
    species,
    worst,
    pooled,
    bonaFide: all,
    bonaFideKinds: kinds.some(({ kind }) => kind !== '') ? kinds : [],
    acer: mean(worst?.apcer.value, all.bpcer.value),
    pooledAcer: mean(pooled.apcer.value, all.bpcer.value),
  };
}

const mean = (a: number | null | undefined, b: number | null): number | null => (a == null || b === null ? null : (a + b) / 2);

/** Groups in alphabetical order of their names. */
export function groupBy<T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(name(item));
    if (group) group.push(item);
    else groups.set(name(item), [item]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
