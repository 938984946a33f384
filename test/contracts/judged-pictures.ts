import type { Finding } from '../../src/analysis/findings.js';
import { pngBomb } from '../fixtures/made-png.js';
import * as pictures from '../fixtures/pictures.js';

/** A picture and the answer of each contract. */
export interface JudgedPicture {
  readonly name: string;
  readonly make: () => Promise<Buffer>;
  /** the first thing wrong with it */
  readonly finding: Finding | null;
  /** contract A's code and text, copied from the vendor's table */
  readonly rejection: readonly [code: number, message: string] | null;
  /** contract B's name; null: a score is answered */
  readonly error: string | null;
  /** contract C's word */
  readonly result: string;
}

type Row = readonly [string, JudgedPicture['make'], Finding | null, JudgedPicture['rejection'], string | null, string];
const rows: readonly Row[] = [
  ['selfie', pictures.selfie, null, null, null, 'Real'],
  ['another person', () => pictures.selfie('other'), null, null, null, 'Real'],
  ['too close', pictures.tooClose, 'face-too-close', [700, 'Face too close.'], 'FACE_TOO_CLOSE', 'Real'],
  [
    'close to the border',
    pictures.closeToBorder,
    'face-close-to-border',
    [701, 'Face too close to the edges.'],
    'FACE_CLOSE_TO_BORDER',
    'Real',
  ],
  ['cropped', pictures.cropped, 'face-cropped', [702, 'Incomplete face.'], 'FACE_CROPPED', 'Spoof'],
  ['masked', pictures.masked, 'face-occluded', [703, 'Obstructed face.'], 'FACE_IS_OCCLUDED', 'Spoof'],
  ['no face', pictures.noFace, 'face-not-found', [704, 'Face not detected'], 'FACE_NOT_FOUND', 'No face'],
  ['two people', pictures.couple, 'too-many-faces', [705, 'Too many faces.'], 'TOO_MANY_FACES', 'Multiple face'],
  ['four people', async () => pictures.group(), 'too-many-faces', [705, 'Too many faces.'], 'TOO_MANY_FACES', 'Multiple face'],
  ['tiny face', pictures.tinyFace, 'face-too-small', [706, 'Face very reduced in pixels'], 'FACE_TOO_SMALL', 'Real'],
  ['profile', () => pictures.selfie('profile'), 'face-angle', [707, 'Incorrect face angle.'], 'FACE_ANGLE_TOO_LARGE', 'Spoof'],
  [
    'no picture',
    async () => Buffer.from('no picture'),
    'image-unreadable',
    [708, 'Error reading image.'],
    'FAILED_TO_READ_IMAGE',
    'Failed to open file',
  ],
  [
    'bomb',
    async () => pngBomb(30_000, 30_000),
    'image-too-large',
    [708, 'Error reading image.'],
    'IMAGE_TOO_LARGE',
    'Failed to open file',
  ],
  [
    'turned by 45°',
    () => pictures.rotated(45),
    'landmarks-unreliable',
    [710, 'Error when predicting face edges.'],
    'FACE_ANGLE_TOO_LARGE',
    'Real',
  ],
  ['blurred', () => pictures.blurred(8), 'quality-low', [713, 'Image quality for life test not acceptable.'], null, 'Spoof'],
  [
    'dark',
    () => pictures.dimmed(0.2),
    'conditions-not-met',
    [714, 'Minimum image conditions for proof of life not met.'],
    null,
    'Real',
  ],
  [
    'overexposed',
    pictures.overexposed,
    'conditions-not-met',
    [714, 'Minimum image conditions for proof of life not met.'],
    null,
    'Spoof',
  ],
  [
    'replay, too small to be judged',
    pictures.smallReplay,
    'not-judgeable',
    [713, 'Image quality for life test not acceptable.'],
    null,
    'Spoof',
  ],
  ['comic', pictures.comic, 'attack', [715, 'Attack detected in the sent image.'], null, 'Spoof'],
  ['replay', pictures.replay, 'attack', [715, 'Attack detected in the sent image.'], null, 'Spoof'],
];

/** A picture for every finding that a picture can cause. (709 needs a deadline, 711 and 712 a broken server.) */
export const judgedPictures: readonly JudgedPicture[] = rows.map(([name, make, finding, rejection, error, result]) => ({
  name,
  make,
  finding,
  rejection,
  error,
  result,
}));
