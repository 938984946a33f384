import type { TestServer } from '../../../helper.js';
import { PlainBrowser } from './application.js';

/** The server, its user and the browser of a login. */
export interface Login {
  readonly server: Pick<TestServer, 'url' | 'user' | 'password'>;
  /** default: a new one, without a session */
  readonly browser?: PlainBrowser;
  /** addresses below which redirects are followed; default: the server's */
  readonly base?: string;
}

/**
 * Opens an address that leads to the login page, and signs in there.
 * @returns the first answer that is not a redirect, or the first address that is not below `base`
 * @throws when there is no login page
 */
export async function logInAt(address: string | URL, { server, browser = new PlainBrowser(), base = server.url }: Login) {
  const page = await browser.follow(address, base);
  const text = page.url.href.startsWith(server.url) ? await page.response.text() : '';
  if (!/name="password"/.test(text))
    throw new Error(`no login page at ${page.url.href}: ${page.response.status} ${textOf(text)}`);
  return browser.follow(page.url, base, { username: server.user, password: server.password });
}

/** The words of an HTML page, for messages. */
const textOf = (html: string): string => html.replace(/<style.*?<\/style>|<[^>]*>|\s+/gs, ' ').slice(0, 500);
