import { readFileSync } from 'node:fs';
import { fixture } from '../fixtures/fixtures.js';

/** A face in three dimensions: MediaPipe's canonical face model, whose points have the numbers of the mesh network's points. */
export interface CanonicalFace {
  /** x to the subject's left, y up, z out of the face, in cm; 15.5 cm wide, eyes at z = 3.5, nose tip at z = 7.6 */
  readonly points: readonly (readonly [x: number, y: number, z: number])[];
  /** three point numbers per triangle */
  readonly triangles: readonly number[];
}

/**
 * Reads the canonical face model (Apache-2.0) from the package mind-ar, which has it as JavaScript arrays.
 * @throws Error if the fixture is not prepared
 */
export function readCanonicalFace(): CanonicalFace {
  const source = readFileSync(fixture('face-data.js'), 'utf8');
  const array = (name: string): unknown => JSON.parse(new RegExp(`const ${name}=(\\[.*?\\]);`).exec(source)![1]!);
  return { points: array('positions') as CanonicalFace['points'], triangles: array('faces') as number[] };
}
