import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Options } from 'pacote';
import { create } from 'tar';

/** A package as the local registry serves it. */
export interface ServedPackage {
  name: string;
  version: string;
  tarball: Buffer;
  /** The integrity that the registry claims, which may be false. */
  claims?: { integrity?: string };
}

/** A real npm registry on this machine with the given packages: only what pacote requests. */
export interface LocalRegistry {
  /** Options for pacote: this registry, a separate cache, no retries. */
  npm: Options;
  /** Paths asked for so far. */
  requests: string[];
  close(): Promise<void>;
}

/** Serves the packages on a free port. @param cache an empty directory */
export async function serveRegistry(packages: ServedPackage[], cache: string): Promise<LocalRegistry> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    requests.push(path);
    const served = packages.find(({ name }) => path === name || path === `${name}.tgz`);
    if (!served) return response.writeHead(404).end('{}');
    if (path.endsWith('.tgz')) return response.end(served.tarball);
    const dist = { tarball: `${base()}${served.name}.tgz`, ...(served.claims ?? { integrity: integrityOf(served.tarball) }) };
    const manifest = { name: served.name, version: served.version, dist };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ name: served.name, 'dist-tags': { latest: served.version }, versions: { [served.version]: manifest } }),
    );
  });
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    npm: { registry: base(), cache, fetchRetries: 0 },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Packs a directory as npm does: everything under `package/`, gzipped. */
export async function pack(directory: string, files: string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: directory, gzip: true, prefix: 'package', portable: true }, files))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The integrity string npm would pin for a tarball. */
export const integrityOf = (tarball: Buffer): string => `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
