import { createHash } from 'node:crypto';
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CatalogEntry, CatalogFile } from './catalog.js';
import { fetchFile, WrongContentError } from './fetch-file.js';
import { AddressError } from './open-address.js';
import { packId } from './pack-description.js';
import { PackError, PackSourceError } from './pack-error.js';
import { descriptionFile, type PackLimits } from './pack-limits.js';

/** Where the files of a catalogue's packs come from. */
export interface GatherOptions {
  /** the catalogue's own path: descriptions are at packs/NAME/pack.json beside it */
  readonly catalogFile: string;
  /** a folder or base URL with NAME/FILE, or the files themselves, instead of the pinned URLs */
  readonly from?: string | undefined;
  readonly limits: PackLimits;
  /** interrupts the downloads; rejects with its reason */
  readonly signal?: AbortSignal | undefined;
  /** called before each file is fetched, with where from */
  readonly onFile?: ((file: string, from: string) => void) | undefined;
}

/** The catalogue's description of a pack. */
export const descriptionPath = (catalogFile: string, name: string): string =>
  join(dirname(catalogFile), 'packs', name, descriptionFile);

/**
 * Collects the files of a catalogue's pack in a directory. Each is compared with its pinned hash, wherever it comes from.
 * @param into an empty directory; the caller removes it if this fails
 * @throws PackSourceError if a file cannot be reached; PackError if it has another hash
 */
export async function gatherPack(entry: CatalogEntry, into: string, options: GatherOptions): Promise<void> {
  const id = packId(entry);
  if (!entry.files) throw new PackError(`model pack ${id}: the catalogue does not list its files`);
  const path = descriptionPath(options.catalogFile, entry.name);
  await copyFile(path, join(into, descriptionFile)).catch(({ code }: NodeJS.ErrnoException) => {
    throw new PackError(`model pack ${id}: its description ${path} cannot be read (${code})`);
  });
  for (const file of entry.files) await gatherFile(entry.name, file, into, { ...options, id });
}

async function gatherFile(
  name: string,
  pinned: CatalogFile,
  into: string,
  { id, from, limits, onFile, signal }: GatherOptions & { readonly id: string },
): Promise<void> {
  const { file } = pinned;
  const places = from === undefined ? pinned.urls : listPlaces(from, name, file);
  const faults: string[] = [];
  let isWrong = false;
  for (const place of places) {
    onFile?.(file, place);
    try {
      if (isAddress(place)) await fetchFile(place, join(into, file), pinned, { allowHttp: from !== undefined, limits, signal });
      else await copyPinned(place, join(into, file), pinned);
      return;
    } catch (error) {
      if (!(error instanceof WrongContentError || error instanceof AddressError || error instanceof MissingFileError))
        throw error;
      isWrong ||= error instanceof WrongContentError;
      faults.push(`  ${place}: ${error.message}`);
      // The other place of a mirror is on the same server.
      if (from !== undefined && error instanceof AddressError && error.status === undefined) break;
    }
  }
  await rm(join(into, file), { force: true });
  // A mirror may lack the licence texts: pack.json states the licence.
  if (from !== undefined && !file.endsWith('.onnx') && !isWrong) return;
  const text = `model pack ${id}: ${file} is not available. Nothing was changed.\n${faults.join('\n')}\n${advise(isWrong, from)}`;
  throw isWrong ? new PackError(text) : new PackSourceError(text);
}

const isAddress = (place: string): boolean => /^[a-z]+:\/\//i.test(place);

/** Where a mirror may have a file: in the pack's folder, or beside those of all packs. Licence texts share a name. */
function listPlaces(from: string, name: string, file: string): string[] {
  const parts = file.endsWith('.onnx') ? [[name, file], [file]] : [[name, file]];
  return parts.map((part) => (isAddress(from) ? `${from.replace(/\/+$/, '')}/${part.join('/')}` : join(from, ...part)));
}

class MissingFileError extends Error {
  override name = 'MissingFileError';
}

async function copyPinned(path: string, to: string, { bytes, sha256 }: CatalogFile): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new MissingFileError(found ? 'it is not a regular file' : 'it does not exist');
  if (found.size !== bytes) throw new WrongContentError(`it has ${found.size} bytes, expected ${bytes}`);
  await copyFile(path, to);
  const got = createHash('sha256')
    .update(await readFile(to))
    .digest('hex');
  if (got !== sha256) throw new WrongContentError(`it has SHA-256 ${got}, expected ${sha256}`);
}

/** What to do next. */
function advise(isWrong: boolean, from: string | undefined): string {
  if (from !== undefined)
    return 'A folder or mirror must have the files of the catalogue, unchanged, as NAME/FILE or all in one folder (docs/model-packs.md).';
  const bring = 'copy the files from another machine and give their folder, or the address of a mirror, with --from';
  return isWrong
    ? `What arrived is not the pinned file, perhaps the page of a proxy, and was discarded. Try again, or ${bring} (docs/model-packs.md).`
    : `Check the network. Behind a proxy, set HTTPS_PROXY. Without a network, ${bring} (docs/model-packs.md).`;
}
