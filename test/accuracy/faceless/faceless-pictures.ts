import { repetitions } from '../../repetitions.js';
import { arrangements, drawings, writings } from './drawings.js';
import { iconsWithFaces, plainIcons } from './icon-names.js';
import { patterns } from './patterns.js';
import { photographs } from './photographs.js';

/** A run of all tests takes a third of the drawings, a thorough one all. */
const everyDrawing = repetitions(3, 1);

/** A picture that shows no human face. */
export interface FacelessPicture {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Pictures without anything that a person would call a face, by group. */
export const facelessPictures = async (): Promise<Readonly<Record<string, readonly FacelessPicture[]>>> => ({
  'photographs and paintings, and parts of them': await photographs(3),
  patterns: await patterns(80),
  'writing and strokes': await writings(20),
  'drawn animals, food, vehicles, things': await drawings(plainIcons, 100, everyDrawing),
});

/** Hard cases, counted apart: drawn faces, faces of animals, discs and bars arranged as a face. */
export const faceLikePictures = async (): Promise<Readonly<Record<string, readonly FacelessPicture[]>>> => ({
  'drawn faces': await drawings(iconsWithFaces, 600, everyDrawing),
  'arranged like a face': await arrangements(40),
});
