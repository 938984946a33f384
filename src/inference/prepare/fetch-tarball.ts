import { pipeline } from 'node:stream/promises';
import type { Options } from 'pacote';
import { Parser } from 'tar';
import { commandName } from '../../base/command-name.js';
import { sha256 } from '../../base/hash.js';
import { OperatorError } from '../../base/operator-error.js';
import type { Source } from './manifest.js';

/** A source could not be fetched. `message` is for the user: it names the package and says what to do. */
export class FetchError extends OperatorError {
  override name = 'FetchError';
}

/**
 * Fetches a pinned npm tarball and extracts the source's files from the stream; nothing else is kept. The tarball must have the
 * pinned integrity and each file its pinned hash.
 * @param npm registry and network settings, see `readNpmSettings`
 * @returns the files' bytes by their path in the package
 * @throws FetchError naming the package, if it is not reachable or its integrity differs, if a file is missing or its hash differs, or
 *   if what fetches it is not installed
 */
export async function fetchTarballFiles(source: Source, npm: Options, signal?: AbortSignal): Promise<Map<string, Buffer>> {
  const spec = `${source.package}@${source.version}`;
  const wanted = new Set(source.files.map((file) => file.path));
  const options = { ...npm, integrity: source.integrity, ...(signal ? { signal } : {}) };
  // Imported only when something must be fetched: pacote requires a home directory on import, which a container's user may not
  // have.
  const { default: pacote } = await import('pacote').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new FetchError(
      `${spec} cannot be fetched, because the package pacote is not installed. An image has its models in /app/models: unset TRIFACE_MODELS_DIR, or copy them to that directory`,
      { cause: error },
    );
  });
  // pacote may retry after a failure. Each attempt fills its own map, and only one whose integrity was verified is returned.
  const fetch = (how: Options) => pacote.tarball.stream(spec, (stream) => unpack(stream, wanted, signal), { ...options, ...how });
  const found = await fetch({ preferOffline: true })
    // If npm's cache entry is corrupt, the first attempt deletes it and pacote's own retry then fails with ENOENT.
    .catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? fetch({ preferOnline: true }) : Promise.reject(error)))
    .catch((error: unknown) => {
      signal?.throwIfAborted();
      throw explain(spec, error);
    });
  for (const { path, sha256: hash } of source.files) {
    const bytes = found.get(path);
    if (!bytes) throw new FetchError(`${spec} has no file ${path}`);
    const got = sha256(bytes);
    if (got !== hash) throw new FetchError(`${path} of ${spec} has SHA-256 ${got}, expected ${hash}`);
  }
  return found;
}

async function unpack(stream: NodeJS.ReadableStream, wanted: Set<string>, signal?: AbortSignal): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    // npm puts everything into one folder, usually `package/`, but any name is allowed.
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
    return new FetchError(`the tarball of ${spec} is not the pinned one (its integrity differs); it was discarded`);
  const why = code || message.split('\n')[0];
  return new FetchError(
    `${spec} could not be fetched from the npm registry (${why}). Check the network and npm's settings (npm config get registry, ` +
      `proxy, credentials). If this machine has no network, run \`${commandName} models prepare\` on one that does and copy the resulting ` +
      '.onnx files to the models directory here. They are then only verified, and nothing is fetched.',
    { cause: error },
  );
}
