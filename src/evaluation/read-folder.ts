import { opendir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { EvaluationError, type LivenessSample } from './sample.js';

const bonaFideFolders = ['bona-fide', 'bonafide', 'live', 'real'];
const attackFolders = ['attack', 'attacks', 'spoof'];
/** Files that people keep next to pictures. Everything else is measured, and an unreadable picture counts as a non-response. */
const isBeside = (name: string): boolean =>
  name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$|\.(txt|md|csv|json)$/i.test(name);

/**
 * Lists a folder of labelled pictures, sorted by path: `bona-fide/**` (or `live/`, `real/`) and `attack/<species>/**`. Hidden
 * files and notes (.txt, .md, .csv, .json) are skipped.
 * @throws EvaluationError if the folder has a different layout
 */
export async function listFolder(directory: string): Promise<LivenessSample[]> {
  const samples: LivenessSample[] = [];
  for (const folder of await subfolders(directory)) {
    const kind = folder.toLowerCase();
    const bonaFide = bonaFideFolders.includes(kind);
    if (!bonaFide && !attackFolders.includes(kind)) continue;
    for await (const file of walk(join(directory, folder))) {
      const path = relative(directory, file).split(sep).join('/');
      const [, species = '', ...deeper] = path.split('/');
      if (!bonaFide && deeper.length === 0)
        throw new EvaluationError(
          `${path} is not in a species folder: move it to ${folder}/<species>/, for example ${folder}/print/`,
        );
      samples.push({ path, bonaFide, species: bonaFide ? '' : species, source: '' });
    }
  }
  if (samples.length === 0) {
    throw new EvaluationError(
      `there are no pictures under ${directory}/bona-fide (or live, real) and ${directory}/attack/<species>; see docs/evaluate.md`,
    );
  }
  return samples.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function subfolders(directory: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const entry of await opendir(directory)) if (entry.isDirectory() || entry.isSymbolicLink()) names.push(entry.name);
    return names;
  } catch (error) {
    throw new EvaluationError(`the folder ${directory} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Follows links, except those that lead back into a folder being walked. */
async function* walk(directory: string, above: readonly string[] = []): AsyncGenerator<string> {
  const here = await realpath(directory);
  if (above.includes(here)) return;
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    const isFolder = entry.isSymbolicLink() ? await leadsToFolder(path) : entry.isDirectory();
    if (isFolder) yield* walk(path, [...above, here]);
    else if (!isBeside(entry.name)) yield path;
  }
}

/** A dangling link counts as an unreadable picture. */
const leadsToFolder = async (link: string): Promise<boolean> => (await stat(link).catch(() => undefined))?.isDirectory() ?? false;
