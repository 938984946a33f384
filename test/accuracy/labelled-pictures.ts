import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { findInstallation } from '../../src/base/installation.js';

/** Folder of the labelled pictures. They are for measuring only, and never part of the repository. */
export const labelledPictures = process.env.TRIFACE_TEST_EVAL ?? join(findInstallation(), '../shared/eval');

/**
 * Groups of presentations that are never pooled. `development`: the sources on which the liveness score was learned. `dev3`:
 * further sources; the model packs were chosen on `development` and `dev3`. `full`, `thumb`: sources that had no part in the score
 * or the packs, as whole camera frames and as enlarged tiles. The two of tight crops show no background.
 */
export const strata = ['development', 'dev3', 'full', 'thumb', 'tightcrop', 'dev-tightcrop'] as const;
export type Stratum = (typeof strata)[number];

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

/** A labelled presentation. */
export interface Presentation extends LabelledPicture {
  readonly label: 'live' | 'attack';
  readonly stratum: Stratum;
}

/** Whether the pictures exist. Tests that need them are skipped otherwise. */
export const hasLabelledPictures = (): boolean => existsSync(join(labelledPictures, 'manifest.csv'));

type Row = Readonly<Record<string, string>>;
const readManifest = (name: string): Row[] => parse(readFileSync(join(labelledPictures, name)), { columns: true });

const toPicture = (row: Row): LabelledPicture => ({
  path: row.path!,
  label: row.label!,
  kind: row.kind!,
  category: row.category!,
  source: row.source_repo!,
});

/** The pictures of a category in the first development half, dev and dev2. The sealed half is for acceptance and is not read. */
export const listLabelledPictures = (category: string): LabelledPicture[] =>
  readManifest('manifest.csv')
    .map(toPicture)
    .filter((picture) => /^dev2?\//.test(picture.path) && picture.category === category);

/** All labelled presentations, without synthetic ones. `dev4` has a manifest of its own; without it, its strata are empty. */
export function listPresentations(): Presentation[] {
  const first = readManifest('manifest.csv')
    .map(toPicture)
    .filter(({ path, category, kind }) => /^dev[23]?\//.test(path) && category === 'A_antispoof' && !/synthetic/.test(kind))
    .map((picture): Presentation => ({ ...picture, label: toLabel(picture.label), stratum: stratumOf(picture) }));
  if (!existsSync(join(labelledPictures, 'manifest4.csv'))) return first;
  const fourth = readManifest('manifest4.csv').map(({ path, label, species, source, stratum }): Presentation => {
    const picture = { path: path!, kind: species!, source: source!, category: 'A_antispoof' };
    return { ...picture, label: toLabel(label!), stratum: strata.find((name) => name === stratum)! };
  });
  return [...first, ...fourth];
}

const toLabel = (label: string): 'live' | 'attack' => (label === 'live' ? 'live' : 'attack');

const stratumOf = ({ path, kind }: LabelledPicture): Stratum =>
  path.startsWith('dev3/') ? 'dev3' : /tightcrop/.test(kind) ? 'dev-tightcrop' : 'development';

export const readLabelledPicture = (picture: Pick<LabelledPicture, 'path'>): Buffer =>
  readFileSync(join(labelledPictures, picture.path));
