import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { loadCatalog } from './catalog.js';
import { PackError } from './pack-error.js';
import type { PackLimits } from './pack-limits.js';

/** Where a pack comes from: a directory, or an archive whose bytes end in an error when they have not the wanted hash. */
export type PackSource = { readonly directory: string } | { readonly archive: Readable };

export interface SourceOptions {
  /** wanted SHA-256 of the archive; needed for an address */
  readonly sha256?: string | undefined;
  /** path of the catalogue that names are looked up in */
  readonly catalogFile: string;
  readonly limits: PackLimits;
}

/**
 * Finds out what the user means: `https://…` (or http to this machine), a directory or .tgz that exists, else a name of the catalogue.
 * @throws PackError when it is none of them, an address comes without a hash, or cannot be fetched
 */
export async function openSource(source: string, options: SourceOptions): Promise<PackSource> {
  const { sha256, limits } = options;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw new PackError(`model pack ${source}: --sha256 takes 64 hexadecimal digits in lower case`);
  if (/^[a-z]+:\/\//i.test(source)) return { archive: await openAddress(source, sha256, limits) };
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) {
    if (sha256 !== undefined)
      throw new PackError(`model pack ${source}: --sha256 is for archives; a directory's pack.json has its own`);
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
      `model pack ${name}: there is no such directory or file, and the catalogue has only ${names || 'nothing'}`,
    );
  }
  if (!entry.archive)
    throw new PackError(
      `model pack ${name}: the catalogue knows it but no address to fetch it from. ${entry.withoutArchive ?? 'Get its files and add them as a directory.'}`,
    );
  return { url: entry.archive.url, hash: entry.archive.sha256 };
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const maxRedirects = 5;

async function openAddress(source: string, sha256: string | undefined, limits: PackLimits): Promise<Readable> {
  if (sha256 === undefined)
    throw new PackError(
      `model pack ${source}: say which bytes you expect with --sha256 (of the .tgz); an address alone proves nothing`,
    );
  const signal = AbortSignal.timeout(limits.fetchMs);
  let url = parseAddress(source, source);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await fetch(url, { redirect: 'manual', signal }).catch((error: unknown) => {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      throw new PackError(`model pack ${source}: it cannot be fetched (${code ?? (error as Error).name})`, { cause: error });
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
      throw new PackError(`model pack ${source}: it cannot be fetched (HTTP ${response.status})`);
    }
    const length = Number(response.headers.get('content-length') ?? 0);
    if (length > limits.archiveBytes) {
      await response.body.cancel();
      throw new PackError(`model pack ${source}: the archive was refused: it is larger than ${limits.archiveBytes} bytes`);
    }
    return checkHash(Readable.fromWeb(response.body as never), sha256, source);
  }
  throw new PackError(`model pack ${source}: it redirects more than ${maxRedirects} times`);
}

/** https anywhere; http only on this machine, for a server of one's own and for tests. */
function parseAddress(address: string, source: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isFine = url && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname)));
  if (!isFine) throw new PackError(`model pack ${source}: only https addresses are fetched (http only from this machine)`);
  return url;
}

/** The same bytes, with an error in place of the end when they were others than wanted. */
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
        throw new PackError(`model pack ${where}: the archive has SHA-256 ${got}, wanted ${wanted}; nothing of it was kept`);
    })(),
    { objectMode: false },
  );
}
