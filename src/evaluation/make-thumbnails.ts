import { readFile } from 'node:fs/promises';
import type { Thumbnail } from './contact-sheet.js';

/** Creates a JPEG thumbnail of a picture; undefined if it is not one. */
export type ThumbnailMaker = (bytes: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Creates thumbnails of listed pictures, for reports in which the operator asked for faces.
 * @param listed paths as shown in reports; may repeat
 * @param locate resolves such a path to a file
 */
export async function makeThumbnails(
  listed: readonly string[],
  locate: (path: string) => string,
  make: ThumbnailMaker,
): Promise<Thumbnail> {
  const urls = new Map<string, string>();
  for (const path of new Set(listed)) {
    const bytes = await readFile(locate(path)).catch(() => undefined);
    const small = bytes && (await make(bytes));
    if (small) urls.set(path, `data:image/jpeg;base64,${Buffer.from(small).toString('base64')}`);
  }
  return (path) => urls.get(path);
}
