import { pipeline } from 'node:stream/promises';
import type { Options } from 'pacote';
import { Parser } from 'tar';
import { sha256 } from '../../base/hash.js';
import type { Source } from './manifest.js';

/** Why a source could not be had. `message` is for the user: it names the package and says how to go on. */
export class FetchError extends Error {
  override name = 'FetchError';
}

/**
 * Fetches a pinned npm tarball and takes the wanted files out of the stream; nothing else is kept. The tarball must have the pinned
 * integrity and each file its pinned hash.
 * @param npm where from, see `readNpmSettings`
 * @returns the files' bytes by their path in the package
 * @throws FetchError naming the package: not reachable, of wrong integrity, a file missing or of wrong hash
 */
export async function fetchTarballFiles(source: Source, npm: Options, signal?: AbortSignal): Promise<Map<string, Buffer>> {
  const spec = `${source.package}@${source.version}`;
  const wanted = new Set(source.files.map((file) => file.path));
  const options = { ...npm, integrity: source.integrity, ...(signal ? { signal } : {}) };
  // Loaded only when something must be fetched: it asks for a home directory while loading, and a container's user may have none.
  const { default: pacote } = await import('pacote');
  // pacote may start again after a failure: each try fills a map of its own, and only one whose integrity held is returned.
  const fetch = (how: Options) => pacote.tarball.stream(spec, (stream) => unpack(stream, wanted, signal), { ...options, ...how });
  const found = await fetch({ preferOffline: true })
    // A damaged entry of npm's cache is thrown out by the first try and missed by pacote's own second one.
    .catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? fetch({ preferOnline: true }) : Promise.reject(error)))
    .catch((error: unknown) => {
      signal?.throwIfAborted();
      throw explain(spec, error);
    });
  for (const { path, sha256: hash } of source.files) {
    const bytes = found.get(path);
    if (!bytes) throw new FetchError(`${spec} has no file ${path}`);
    const got = sha256(bytes);
    if (got !== hash) throw new FetchError(`${path} of ${spec} has SHA-256 ${got}, wanted ${hash}`);
  }
  return found;
}

async function unpack(stream: NodeJS.ReadableStream, wanted: Set<string>, signal?: AbortSignal): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    // npm puts everything into one folder, `package/` by custom, but any name is allowed.
    filter: (path) => wanted.has(path.slice(path.indexOf('/') + 1)),
    onReadEntry: (entry) => {
      const path = entry.path.slice(entry.path.indexOf('/') + 1);
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => files.set(path, Buffer.concat(chunks)));
    },
  });
  await pipeline(stream, parser as unknown as NodeJS.WritableStream, { ...(signal ? { signal } : {}) });
  return files;
}

function explain(spec: string, error: unknown): FetchError {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === 'EINTEGRITY')
    return new FetchError(
      `the tarball of ${spec} is not the pinned one (its integrity differs); it was refused and nothing of it kept`,
    );
  const why = code || message.split('\n')[0];
  return new FetchError(
    `${spec} could not be fetched from the npm registry (${why}). Check the network and npm's own settings (npm config get registry, ` +
      'proxy, credentials). Without a network: run `triface models prepare` on a machine that has one and copy the .onnx files it ' +
      'makes into the models directory here; they are verified and then nothing is fetched.',
    { cause: error },
  );
}
