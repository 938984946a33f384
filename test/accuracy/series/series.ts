import type { Finding } from '../../../src/analysis/findings.js';
import type { FaceObservation } from '../../../src/analysis/observation.js';

/** An accepted bona fide picture, reduced to at most 1200 pixels a side, and the face that the engine measures in it. */
export interface Base {
  readonly name: string;
  /** PNG, so that nothing is lost twice */
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly face: FaceObservation;
}

/**
 * What a person would say of a step. `must`: the condition is plain, and its finding must come first. `must-not`: nothing is wrong.
 * `grey`: opinions differ, so the finding may come, but no other.
 */
export type Expectation = 'must' | 'must-not' | 'grey';

/** One picture of a series. */
export interface Step {
  /** for the report, for example `30 %` */
  readonly label: string;
  readonly expect: Expectation;
  /** the picture as a client would send it */
  readonly make: () => Promise<Buffer>;
  /** findings that are as true as the series' own, and may precede it in this step */
  readonly alsoTrue?: readonly Finding[];
}

/** Pictures that show one condition of one base in growing degree. */
export interface Series {
  /** series of one name are counted together */
  readonly name: string;
  /** which of several, for example the colour of the glasses */
  readonly variant: string;
  /** the findings that are right for it */
  readonly findings: readonly Finding[];
  /** by degree, the mildest first */
  readonly steps: readonly Step[];
  /** whether a finding that has come must stay in all later steps */
  readonly isGraded: boolean;
}

/** Makes the series of one kind for a base. */
export type SeriesMaker = (base: Base) => Series[];
