import * as client from 'openid-client';
import type { Test } from 'tap';
import { serveLocally } from '../../../serve-locally.js';

/** An application that sends its users to log in: a listener on loopback that records the URLs to which browsers return. */
export interface Application {
  readonly redirectUri: string;
  /** resolves with the next URL that a browser comes back with */
  nextReturn(): Promise<URL>;
}

/** Starts one; ends with the test. */
export async function startApplication(t: Test): Promise<Application> {
  const waiting: ((url: URL) => void)[] = [];
  const origin = await serveLocally(t, (request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Application</title><h1>Back in the application</h1>');
    const url = new URL(request.url!, `http://${request.headers.host}`);
    if (url.pathname === '/callback') waiting.shift()?.(url);
  });
  return {
    redirectUri: `${origin}/callback`,
    nextReturn: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

/** The certified client, after discovery. @param issuer URL of the realm */
export const discover = (issuer: string, clientId = 'triface', secret?: string): Promise<client.Configuration> =>
  client.discovery(new URL(issuer), clientId, undefined, secret === undefined ? client.None() : client.ClientSecretPost(secret), {
    execute: [client.allowInsecureRequests],
  });

/** An authorization request with PKCE, and what its answer is checked with. */
export async function makeRequest(config: client.Configuration, redirectUri: string, more: Record<string, string> = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile roles',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce } };
}

/** A minimal HTTP browser: keeps cookies by path, does not follow redirects. For tests that need no real browser. */
export class PlainBrowser {
  /** by name and path: two logins at once have cookies of the same names */
  readonly #cookies = new Map<string, { name: string; path: string; value: string }>();

  /** Another one with copies of the cookies, as a thief has. */
  copy(): PlainBrowser {
    const copy = new PlainBrowser();
    for (const [key, cookie] of this.#cookies) copy.#cookies.set(key, cookie);
    return copy;
  }

  /** The value of a cookie, whatever its path. */
  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value;
  }

  /** The header that it sends to an address. */
  cookieHeader(url: string | URL): string {
    const { pathname } = new URL(url);
    const sent = [...this.#cookies.values()].filter(({ path }) => pathname.startsWith(path));
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** Lengths of the cookies: name and value. */
  cookieLengths(): number[] {
    return [...this.#cookies.values()].map(({ name, value }) => name.length + value.length);
  }

  async go(url: string | URL, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = this.cookieHeader(url);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { ...(cookie !== '' && { cookie }), ...headers },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(line)!;
      const path = /path=([^;]+)/i.exec(rest!)?.[1] ?? '/';
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(rest!)) this.#cookies.delete(`${name} ${path}`);
      else this.#cookies.set(`${name} ${path}`, { name: name!, path, value: value! });
    }
    return response;
  }

  /** Follows redirects below `base`; returns the first answer that is not a redirect, or the first address outside of it. */
  async follow(url: string | URL, base: string, form?: Record<string, string>): Promise<{ response: Response; url: URL }> {
    let at = new URL(url);
    let response = await this.go(at, form);
    for (;;) {
      const location = response.headers.get('location');
      if (location === null) return { response, url: at };
      at = new URL(location, at);
      if (!at.href.startsWith(base)) return { response, url: at };
      response = await this.go(at);
    }
  }
}
