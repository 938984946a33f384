import type { Decision, JudgedSample } from './judge-sample.js';
import { countRate, type Rate } from './rate.js';

/** Errors on the attacks of one species. */
export interface SpeciesErrors {
  readonly species: string;
  /** APCER: attacks classified as bona fide, of the attacks with a response */
  readonly apcer: Rate;
  /** APNRR: attacks without a response, of all attacks */
  readonly nonResponse: Rate;
  /** attacks classified as bona fide, of all attacks */
  readonly accepted: Rate;
}

/** Errors on one kind of bona fide presentation. */
export interface BonaFideErrors {
  readonly kind: string;
  /** BPCER: bona fide presentations classified as attacks, of those with a response */
  readonly bpcer: Rate;
  /** BPNRR: without a response, of all */
  readonly nonResponse: Rate;
  /** not accepted for any reason, of all */
  readonly refused: Rate;
}

/** ISO/IEC 30107-3 errors of one decision rule. */
export interface PresentationErrors {
  readonly species: readonly SpeciesErrors[];
  /** the species with the highest APCER, which the standard requires to be reported */
  readonly worst: SpeciesErrors | undefined;
  /** all attacks together, regardless of species */
  readonly pooled: SpeciesErrors;
  readonly bonaFide: BonaFideErrors;
  /** by kind of bona fide presentation; empty if no kinds were given */
  readonly bonaFideKinds: readonly BonaFideErrors[];
  /** (APCER of the worst species + BPCER) / 2; null if one of them is unknown */
  readonly acer: number | null;
  /** (pooled APCER + BPCER) / 2; not in the standard, but often published */
  readonly pooledAcer: number | null;
}

/** Computes the errors of a decision rule. @param decide classifies a picture */
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
    // If two are equally bad, the one with more pictures is the more significant.
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

/** Groups items by name, in alphabetical order of the names. */
export function groupBy<T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(name(item));
    if (group) group.push(item);
    else groups.set(name(item), [item]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
