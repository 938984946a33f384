import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../../../../src/base/installation.js';

/** Addresses of the applications and of the server: both listen on loopback. */
export const loopback = 'http://127.0.0.1:';

/** Prints the versions of the libraries that a test runs. */
export function announce(t: Test, ...names: string[]): void {
  for (const name of names) {
    const path = join(findInstallation(), 'node_modules', name, 'package.json');
    t.comment(`${name} ${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`);
  }
}

/** Serves an application until the test ends. @returns its origin */
export async function serve(t: Test, application: RequestListener): Promise<string> {
  const server = createServer(application);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `${loopback}${(server.address() as AddressInfo).port}`;
}
