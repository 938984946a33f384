import { shrink } from '../imaging/reference/shrink.js';
import type { Random } from '../random.js';
import type { CanonicalFace } from './canonical-face.js';
import { type FilmCamera, filmFrame } from './film.js';
import { makeCard, makeHead, makeWall, type Portrait, type Pose } from './surfaces.js';

/** Width of a face between the points in front of the ears, in cm. */
const faceWidth = 15.3;

/** What comes closer, and how. */
export interface Approach {
  /** a head, or a photograph on a card with a face this wide, in cm */
  readonly presented:
    | { readonly kind: 'head'; readonly depth: number }
    | { readonly kind: 'card'; readonly faceWidth: number; readonly bend: number; readonly bendAtEnd?: number };
  /** distance of the eyes for a face of natural width, in cm; a smaller face comes as much closer */
  readonly from: number;
  readonly to: number;
  /** at the beginning, in degrees */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** how far each angle may drift on the way, in degrees */
  readonly drift: number;
  readonly frames: number;
}

/** Films an approach. The distance changes smoothly; angles and place drift. */
export async function filmApproach(
  { presented, from, to, yaw, pitch, roll, drift, frames }: Approach,
  {
    portrait,
    face,
    camera,
    random,
  }: { readonly portrait: Portrait; readonly face: CanonicalFace; readonly camera: FilmCamera; readonly random: Random },
): Promise<Uint8Array<ArrayBuffer>[]> {
  const size = presented.kind === 'card' ? presented.faceWidth / faceWidth : 1;
  const sway = (): number => random.between(-1, 1);
  const angles = [yaw, pitch, roll].map((start) => [start, start + drift * sway()] as const);
  const places = [sway() * 3, sway() * 3].map((start) => [start * size, (start + 2 * sway()) * size] as const);
  const wall = random.between(60, 200);
  // The photograph's own colours, without its face.
  const blurred = shrink(portrait.picture, Math.ceil(Math.min(portrait.picture.width, portrait.picture.height) / 4));
  const filmed: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0; i < frames; i++) {
    const along = i / (frames - 1);
    const smooth = along * along * (3 - 2 * along);
    const at = ([start, end]: readonly [number, number]): number => start + (end - start) * smooth;
    const jitter = (): number => drift * 0.15 * sway();
    const pose: Pose = {
      x: at(places[0]!),
      y: at(places[1]!),
      distance: at([from, to]) * size,
      yaw: at(angles[0]!) + jitter(),
      pitch: at(angles[1]!) + jitter(),
      roll: at(angles[2]!) + jitter(),
    };
    const surfaces =
      presented.kind === 'head'
        ? makeHead(face, portrait, pose, presented.depth)
        : makeCard(portrait, presented.faceWidth, pose, at([presented.bend, presented.bendAtEnd ?? presented.bend]));
    filmed.push(await filmFrame([makeWall(blurred, from + wall), ...surfaces], camera, random));
  }
  return filmed;
}
