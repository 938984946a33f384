import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { loadCatalog } from './catalog.js';
import { PackError } from './pack-error.js';
import type { PackLimits } from './pack-limits.js';

/**
 * The source of a pack: a directory, or an archive as a stream that fails at its end if the hash differs from the expected one.
 */
export type PackSource = { readonly directory: string } | { readonly archive: Readable };

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
  if (/^[a-z]+:\/\//i.test(source)) return { archive: await openAddress(source, sha256, limits) };
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) {
    if (sha256 !== undefined)
      throw new PackError(
        `model pack ${source}: --sha256 applies to archives only; leave it out, since the directory's pack.json has its own hashes`,
      );
    return { directory: source };
  }
  if (found?.isFile()) return { archive: checkHash(createReadStream(source), sha256, source) };
  const { url, hash } = await findInCatalog(source, options.catalogFile);
  return { archive: await openAddress(url, hash, limits) };
}

async function findInCatalog(name: string, catalogFile: string): Promise<{ url: string; hash: string }> {
  const catalog = await loadCatalog(catalogFile);
  const entry = catalog.packs.findLast((pack) => pack.name === name || `${pack.name}@${pack.version}` === name);
  if (!entry) {
    const names = catalog.packs.map((pack) => pack.name).join(', ');
    throw new PackError(
      `model pack ${name}: not found as a directory, a file or a catalogue name; the catalogue ${names ? `has ${names}` : 'is empty'}`,
    );
  }
  if (!entry.archive)
    throw new PackError(
      `model pack ${name}: the catalogue has no download URL for it. ${entry.withoutArchive ?? 'Download its files and add them as a directory.'}`,
    );
  return { url: entry.archive.url, hash: entry.archive.sha256 };
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const maxRedirects = 5;

async function openAddress(source: string, sha256: string | undefined, limits: PackLimits): Promise<Readable> {
  if (sha256 === undefined)
    throw new PackError(
      `model pack ${source}: give the expected SHA-256 of the .tgz with --sha256; a URL alone does not identify the content`,
    );
  const signal = AbortSignal.timeout(limits.fetchMs);
  let url = parseAddress(source, source);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await fetch(url, { redirect: 'manual', signal }).catch((error: unknown) => {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      throw new PackError(`model pack ${source}: the download failed (${code ?? (error as Error).name})`, { cause: error });
    });
    const target = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && target !== null) {
      await response.body?.cancel();
      const next = parseAddress(new URL(target, url).href, source);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new PackError(`model pack ${source}: it redirects from https to http`);
      url = next;
      continue;
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new PackError(`model pack ${source}: the download failed (HTTP ${response.status})`);
    }
    const length = Number(response.headers.get('content-length') ?? 0);
    if (length > limits.archiveBytes) {
      await response.body.cancel();
      throw new PackError(`model pack ${source}: the archive was rejected: it is larger than ${limits.archiveBytes} bytes`);
    }
    return checkHash(Readable.fromWeb(response.body as never), sha256, source);
  }
  throw new PackError(`model pack ${source}: it redirects more than ${maxRedirects} times`);
}

/** Parses a URL. https is allowed anywhere, http only to this machine (local servers, tests). */
function parseAddress(address: string, source: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isFine = url && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname)));
  if (!isFine) throw new PackError(`model pack ${source}: only https URLs are allowed (http only to this machine)`);
  return url;
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
