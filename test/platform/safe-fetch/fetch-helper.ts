import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parseImageHosts } from '../../../src/base/settings/image-hosts.js';
import { makeHostRules } from '../../../src/platform/safe-fetch/host-rules.js';
import { type ImageFetchCode, ImageFetchError } from '../../../src/platform/safe-fetch/image-fetch-error.js';
import {
  createImageFetcher,
  type ImageFetcher,
  type ImageFetcherOptions,
} from '../../../src/platform/safe-fetch/image-fetcher.js';
import type { Resolve } from '../../../src/platform/safe-fetch/resolve-host.js';

/** A new key and its self-signed certificate. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A real server and what it saw. */
export interface TestServer {
  readonly port: number;
  /** connections ever made to it */
  readonly connections: () => number;
  /** connections open now */
  readonly open: () => number;
  readonly server: Server;
}

/** Makes a certificate for names and addresses with the openssl command. */
export function makeCertificate(names: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'triface-cert-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        ...curve,
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=test',
        '-addext',
        `subjectAltName=${names}`,
      ],
      { stdio: 'pipe' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Serves on a loopback address until the test ends. */
export async function serve(
  t: Test,
  listener: RequestListener,
  { host = '127.0.0.1', port = 0, tls }: { host?: string; port?: number; tls?: Certificate } = {},
): Promise<TestServer> {
  const server = tls ? createTlsServer({ ...tls }, listener) : createServer(listener);
  server.on('tlsClientError', () => {});
  t.teardown(() => server.closeAllConnections());
  return { server, ...(await listen(t, server, host, port)) };
}

/** Accepts connections and sends nothing: a TLS handshake that never ends. */
export async function serveMutely(t: Test): Promise<Omit<TestServer, 'server'>> {
  return await listen(
    t,
    createNetServer((socket) => socket.resume()),
    '127.0.0.1',
    0,
  );
}

async function listen(t: Test, server: NetServer, host: string, port: number): Promise<Omit<TestServer, 'server'>> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(port, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, connections: () => count, open: () => sockets.size };
}

/** A resolver that must not be asked. */
export const noResolve: Resolve = async (hostname) => {
  throw new Error(`looked up ${hostname}`);
};

/** A resolver that answers with these addresses, and counts. */
export function resolveTo(...addresses: string[]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  return Object.assign(
    async (hostname: string) => {
      asked.push(hostname);
      return addresses;
    },
    { asked },
  );
}

/** A fetcher that is closed with the test. Every host name is 127.0.0.1 unless told otherwise. */
export function makeFetcher(t: Test, options: Partial<ImageFetcherOptions> & { hosts: string }): ImageFetcher {
  const rules = makeHostRules(parseImageHosts(options.hosts));
  const fetcher = createImageFetcher({ rules, timeoutMs: 2000, maxBytes: 1000, resolve: resolveTo('127.0.0.1'), ...options });
  t.teardown(() => fetcher.close());
  return fetcher;
}

/** Asserts that a fetch fails with a code, and gives the message. */
export async function refused(t: Test, fetching: Promise<Buffer>, code: ImageFetchCode, about: string): Promise<string> {
  try {
    const body = await fetching;
    t.fail(`${about}: got ${body.length} bytes instead of ${code}`);
    return '';
  } catch (error) {
    if (!(error instanceof ImageFetchError)) throw error;
    t.equal(error.code, code, `${about}: ${error.message}`);
    return error.message;
  }
}

/** Asserts that a server's connections are closed soon. */
export async function allClosed(t: Test, server: Omit<TestServer, 'server'>, about: string): Promise<void> {
  for (let tries = 0; server.open() > 0 && tries < 50; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(server.open(), 0, `${about}: no connection is left open`);
}

// In tests an imported `createHook` has no effect: see without-module-hooks.ts.
const { createHook } = createRequire(import.meta.url)('node:async_hooks') as typeof import('node:async_hooks');

/** Records every TCP connection this process begins (TLS or not), as Node's own handles tell it, until the test ends. */
export function watchDials(t: Test): () => string[] {
  const begun: Array<{ address?: string; port?: number }> = [];
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'TCPCONNECTWRAP') begun.push(resource); // its address is filled in after this call
    },
  }).enable();
  t.teardown(() => hook.disable());
  return () => begun.map(({ address, port }) => `${address} ${port}`);
}
