import { findFaces } from '../../src/analysis/find-faces.js';
import { findModelsDir } from '../../src/base/installation.js';
import { decodeImage } from '../../src/imaging/decode.js';
import { loadFaceModels } from '../../src/inference/face-models.js';
import { selfie } from '../fixtures/pictures.js';
import { Random } from '../random.js';
import { rememberInRun } from '../run-memory.js';
import { type Approach, filmApproach } from './approaches.js';
import { readCanonicalFace } from './canonical-face.js';
import type { FilmCamera } from './film.js';

/** A phone held upright, with frames as the component sends them. */
const usual: FilmCamera = { width: 480, height: 640, focal: 520, noise: 2, quality: 75 };
const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 10 };

/** How a test's approach differs from that of a head that comes from 50 to 28 cm. */
export interface FilmedApproach extends Partial<Approach> {
  /** whose photograph is on the head or the card (default `selfie`) */
  readonly who?: Parameters<typeof selfie>[0];
  readonly camera?: Partial<FilmCamera>;
}

/** Films a fixture's portrait: JPEG frames, the farthest first. Each film is made once per test run. */
export async function filmPortrait({ who = 'selfie', camera, ...own }: FilmedApproach = {}): Promise<Uint8Array<ArrayBuffer>[]> {
  const approach: Approach = {
    presented: { kind: 'head', depth: 1 },
    ...{ from: 50, to: 28, yaw: 4, pitch: -3, roll: 2, drift: 3, frames: 6 },
    ...own,
  };
  const seen = { ...usual, ...camera };
  const files = await rememberInRun(`film ${JSON.stringify([who, seen, approach])}`, async () => {
    const models = await loadFaceModels(findModelsDir(), 'cpu');
    const picture = await decodeImage(await selfie(who), limits);
    const [face] = await findFaces(models, picture);
    await models.close();
    const portrait = { picture, mesh: face!.mesh!.points };
    return filmApproach(approach, { portrait, face: readCanonicalFace(), camera: seen, random: new Random(7) });
  });
  return files.map((bytes) => Uint8Array.from(bytes));
}
