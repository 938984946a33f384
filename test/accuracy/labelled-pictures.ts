import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation } from '../../src/base/installation.js';

/** Folder of the labelled pictures. They are for measuring only, and never part of the repository. */
export const labelledPictures = process.env.TRIFACE_TEST_EVAL ?? join(findInstallation(), '../shared/eval');

/** One labelled picture. */
export interface LabelledPicture {
  /** below the directory */
  readonly path: string;
  /** `live`, `attack`, or a condition */
  readonly label: string;
  /** how it was made, for example `print`, `live_webcam` */
  readonly kind: string;
  /** A_antispoof, B_recognition, C_conditions, D_decoder */
  readonly category: string;
  /** where it comes from: pictures of one source are alike */
  readonly source: string;
}

/** Whether the pictures exist. Tests that need them are skipped otherwise. */
export const hasLabelledPictures = (): boolean => existsSync(join(labelledPictures, 'manifest.csv'));

/** The development half. The sealed half is for acceptance and is not read here. */
export function listLabelledPictures(category: string): LabelledPicture[] {
  const [header = '', ...lines] = readFileSync(join(labelledPictures, 'manifest.csv'), 'utf8').split('\n');
  const columns = header.split(',');
  return lines
    .filter((line) => /^dev2?\//.test(line))
    .map((line) => {
      const cells = splitCsvLine(line);
      const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
      return {
        path: cell('path'),
        label: cell('label'),
        kind: cell('kind'),
        category: cell('category'),
        source: cell('source_repo'),
      };
    })
    .filter((picture) => picture.category === category);
}

export const readLabelledPicture = (picture: LabelledPicture): Buffer => readFileSync(join(labelledPictures, picture.path));

/** Cells of one CSV line; quoted ones may hold commas and doubled quotes. */
const splitCsvLine = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
