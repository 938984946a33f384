import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { logInAt } from '../contracts/dms/openid/log-in.js';
import type { TestServer } from '../helper.js';

/**
 * The browser of a client program's user: `GET /?URL` opens an authorization request, signs in, and answers the address to which the
 * server sent the browser back.
 * @returns its address, to which the program appends the encoded URL
 */
export async function serveBrowser(t: Test, server: TestServer): Promise<string> {
  const browser = createServer(async (request, response) => {
    try {
      const { url } = await logInAt(decodeURIComponent(request.url!.slice('/?'.length)), { server });
      response.end(url.href);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  browser.listen(0, '127.0.0.1');
  await once(browser, 'listening');
  t.teardown(() => {
    browser.close();
    browser.closeAllConnections();
  });
  return `http://127.0.0.1:${(browser.address() as AddressInfo).port}/?`;
}
