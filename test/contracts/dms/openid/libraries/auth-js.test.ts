import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { serveLocally } from '../../../../serve-locally.js';
import { PlainBrowser } from '../application.js';
import { logInAt } from '../log-in.js';
import { awkwardSecret, openTools, scanStatus } from '../tools.js';
import { announce, loopback } from './tools.js';

// Imported without its types: they load those of browsers for the whole project.
const { Auth } = (await import('@auth/core' as string)) as {
  Auth(request: Request, config: object): Promise<Response>;
};
const { default: Keycloak } = (await import('@auth/core/providers/keycloak' as string)) as {
  default(options: { clientId: string; clientSecret: string; issuer: string }): object;
};

test('Auth.js with its Keycloak provider: login with its default checks, session, logout', async (t) => {
  announce(t, '@auth/core');
  const server = await startTestServer(t);
  let access = '';
  let config: object;
  const origin = await serveLocally(t, async (request, response) => {
    const answer = await Auth(await toWeb(request), config);
    for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
    response.setHeader('set-cookie', answer.headers.getSetCookie());
    response.writeHead(answer.status).end(await answer.text());
  });
  const redirectUris = [`${origin}/auth/callback/keycloak`];
  const { id, secret } = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret, grants: ['authorization_code'], redirectUris },
  });
  const problems: unknown[] = [];
  config = {
    trustHost: true,
    secret: 'a secret of 32 characters or more',
    basePath: '/auth',
    providers: [Keycloak({ clientId: id, clientSecret: secret!, issuer: `${server.url}/realms/triface` })],
    callbacks: {
      jwt: ({ account, token }: { account?: { access_token: string }; token: object }) => {
        access = account?.access_token ?? access;
        return token;
      },
    },
    logger: { error: (error: Error) => problems.push(error.cause ?? error), warn: () => {}, debug: () => {} },
  };

  const browser = new PlainBrowser();
  const json = async (path: string) => (await (await browser.go(`${origin}${path}`)).json()) as Record<string, string>;
  const { csrfToken } = await json('/auth/csrf');
  const form = { csrfToken: csrfToken!, callbackUrl: `${origin}/auth/session` };
  const left = await browser.go(`${origin}/auth/signin/keycloak`, form);
  const asked = new URL(left.headers.get('location')!);
  t.equal(asked.origin, new URL(server.url).origin);
  const { response } = await logInAt(asked, { server, browser, base: loopback });
  t.match(await response.json(), { user: { name: server.user } }, 'the session has the user');
  t.same(problems, []);
  t.equal(await scanStatus(server, access), 404, 'contract C accepts the token');
  await browser.follow(`${origin}/auth/signout`, loopback, { ...form, callbackUrl: `${origin}/auth/session` });
  t.same(await json('/auth/session'), null, 'signed out of the application');
});

/** The request as Auth.js takes it. */
async function toWeb(request: IncomingMessage): Promise<Request> {
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const body = request.method === 'POST' ? { body: await text(request) } : {};
  return new Request(`http://${request.headers.host}${request.url}`, { method: request.method!, headers, ...body });
}
