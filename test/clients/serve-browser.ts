import type { Test } from 'tap';
import { logInAt } from '../contracts/dms/openid/log-in.js';
import type { TestServer } from '../helper.js';
import { serveLocally } from '../serve-locally.js';

/**
 * The browser of a client program's user: `GET /?URL` opens an authorization request, signs in, and answers the address to which the
 * server sent the browser back.
 * @returns its address, to which the program appends the encoded URL
 */
export async function serveBrowser(t: Test, server: TestServer): Promise<string> {
  const origin = await serveLocally(t, async (request, response) => {
    try {
      const { url } = await logInAt(decodeURIComponent(request.url!.slice('/?'.length)), { server });
      response.end(url.href);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  return `${origin}/?`;
}
