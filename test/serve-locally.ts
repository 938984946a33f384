import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** Serves requests on a free port until the test ends. @param host of this machine @returns the origin */
export async function serveLocally(t: Test, listener: RequestListener, host = '127.0.0.1'): Promise<string> {
  const server = createServer(listener);
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close().closeAllConnections());
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
