import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type CatalogEntry, findEntry, loadCatalog } from './catalog.js';
import { AddressError, openAddress } from './open-address.js';
import { PackError } from './pack-error.js';
import type { PackLimits } from './pack-limits.js';

/**
 * The source of a pack: a directory; an archive as a stream that fails at its end if the hash differs from the expected one; or an
 * entry of the catalogue whose files are downloaded one by one.
 */
export type PackSource = { readonly directory: string } | { readonly archive: Readable } | { readonly entry: CatalogEntry };

export interface SourceOptions {
  /** expected SHA-256 of the archive; required for a URL */
  readonly sha256?: string | undefined;
  /** path of the catalogue in which names are looked up */
  readonly catalogFile: string;
  readonly limits: PackLimits;
}

/**
 * Opens a source: an `https://…` URL (or http to this machine), an existing directory or .tgz file, or a catalogue name.
 * @throws PackError if it is none of these, if a URL is given without a hash, or if the archive cannot be fetched
 */
export async function openSource(source: string, options: SourceOptions): Promise<PackSource> {
  const { sha256, limits } = options;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw new PackError(`model pack ${source}: --sha256 must be 64 lower-case hexadecimal digits`);
  if (/^[a-z]+:\/\//i.test(source)) return { archive: await openArchive(source, sha256, source, limits) };
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) {
    if (sha256 !== undefined)
      throw new PackError(
        `model pack ${source}: --sha256 applies to archives only; leave it out, since the directory's pack.json has its own hashes`,
      );
    return { directory: source };
  }
  if (found?.isFile()) return { archive: checkHash(createReadStream(source), sha256, source) };
  const entry = findEntry(await loadCatalog(options.catalogFile), source);
  if (!entry.archive) return { entry };
  return { archive: await openArchive(entry.archive.url, entry.archive.sha256, source, limits) };
}

/** Opens a URL. @throws PackError if there is no hash, or the archive cannot be fetched */
async function openArchive(url: string, sha256: string | undefined, source: string, limits: PackLimits): Promise<Readable> {
  if (sha256 === undefined)
    throw new PackError(
      `model pack ${source}: give the expected SHA-256 of the .tgz with --sha256; a URL alone does not identify the content`,
    );
  const opened = await openAddress(url, { signal: AbortSignal.timeout(limits.fetchMs) }).catch((error: unknown) => {
    if (error instanceof AddressError) throw new PackError(`model pack ${source}: ${error.message}`, { cause: error });
    throw error;
  });
  if ((opened.length ?? 0) > limits.archiveBytes) {
    opened.bytes.destroy();
    throw new PackError(`model pack ${source}: the archive was rejected: it is larger than ${limits.archiveBytes} bytes`);
  }
  return checkHash(opened.bytes, sha256, source);
}

/** Passes the bytes on, and fails at the end if their hash differs from the expected one. */
function checkHash(bytes: Readable, wanted: string | undefined, where: string): Readable {
  return Readable.from(
    (async function* () {
      const hash = createHash('sha256');
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield Buffer.from(chunk);
      }
      const got = hash.digest('hex');
      if (wanted !== undefined && got !== wanted)
        throw new PackError(`model pack ${where}: the archive has SHA-256 ${got}, expected ${wanted}; it was discarded`);
    })(),
    { objectMode: false },
  );
}
