import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { authorizationCodeGrant } from 'openid-client';
import type { Page } from 'playwright-core';
import { type Test, test } from 'tap';
import { startTestServer } from '../../../helper.js';
import { serveLocally } from '../../../serve-locally.js';
import { discover, makeRequest } from './application.js';
import { openBrowser, skipWithoutBrowser } from './browser.js';

/** What an application does with the browser after a login. */
const next = ['shows a page', 'redirects to another path', 'redirects to another site', 'posts to another site'] as const;

test('every announced response mode reaches an application of another site', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  const modes = config.serverMetadata().response_modes_supported as string[];
  t.same([...modes].sort(), ['form_post', 'fragment', 'query']);
  const browser = await openBrowser(t);
  const application = await startApplication(t);
  const open = async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    return { page: await context.newPage(), context, complaints };
  };
  /** Visits the login with these parameters. @returns checks of the answer */
  const ask = async (page: Page, behaviour: number, parameters: Record<string, string>) => {
    const { url, checks } = await makeRequest(config, `${application.origin}/callback`, parameters);
    application.behave(behaviour);
    await page.goto(url.href);
    return checks;
  };
  /** The answer, when the browser has arrived where the application sends it. */
  const take = async (page: Page, behaviour: number, mode: string): Promise<URL> => {
    await page.getByText('Arrived').waitFor();
    t.equal(new URL(page.url()).href.split(/[?#]/)[0], application.endOf(behaviour), `${mode}: ${next[behaviour]}`);
    const { method, answer } = application.takeAnswer();
    t.equal(method, mode === 'form_post' ? 'POST' : 'GET', mode);
    // The server of an application does not see a fragment. A browser takes it along through redirects.
    if (mode === 'fragment') t.same([...answer], [], 'the answer is in the fragment only');
    const url = new URL(`${application.origin}/callback`);
    url.search = mode === 'fragment' ? String(await page.evaluate('window.answer')) : String(answer);
    return url;
  };

  for (const mode of modes)
    await t.test(mode, async (t) => {
      for (const behaviour of next.keys()) {
        const { page, context, complaints } = await open();
        const checks = await ask(page, behaviour, { response_mode: mode });
        await page.getByLabel('Username').fill(server.user);
        await page.getByLabel('Password').fill(server.password);
        await page.getByLabel('Password').press('Enter');
        const tokens = await authorizationCodeGrant(config, await take(page, behaviour, mode), checks);
        t.equal(tokens.claims()!.preferred_username, server.user);

        const silent: Record<string, string> = behaviour % 2 === 0 ? { prompt: 'none' } : {};
        const again = await ask(page, behaviour, { response_mode: mode, ...silent });
        t.ok(await authorizationCodeGrant(config, await take(page, behaviour, mode), again), 'already signed in');
        t.same(complaints, [], 'no policy is violated');
        await context.close();
      }

      const { page, context, complaints } = await open();
      for (const [error, parameters, behaviour] of [
        ['login_required', { prompt: 'none' }, 2],
        ['login_required', { prompt: 'none' }, 3],
        ['invalid_request', { prompt: 'none login' }, 1],
        ['request_not_supported', { request: 'x' }, 0],
      ] as const) {
        const { expectedState } = await ask(page, behaviour, { response_mode: mode, ...parameters });
        const { searchParams } = await take(page, behaviour, mode);
        t.equal(searchParams.get('error'), error);
        t.equal(searchParams.get('state'), expectedState);
        t.equal(searchParams.get('code'), null);
      }
      // The page that posts an error has the status 400, which browsers report.
      t.same(
        complaints.filter((text) => !/status of 400/.test(text)),
        [],
      );
      await context.close();
    });
});

/** An application that receives answers at `/callback`, and the sites that it sends the browser to next. */
async function startApplication(t: Test) {
  let behaviour = 0;
  let received: { method: string; answer: URLSearchParams } | undefined;
  // A page that came by a fragment keeps it: the test reads it there.
  const arrived = '<!doctype html><title>Application</title><h1>Arrived</h1><script>answer = location.hash.slice(1)</script>';
  const page = (html: string) => ({ status: 200, headers: { 'content-type': 'text/html' }, html });
  const redirect = (location: string) => ({ status: 303, headers: { location }, html: '' });
  const third = await listen(t, '127.0.0.1', async () => page(arrived));
  const origin = await listen(t, 'localhost', async (request) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://application');
    if (pathname !== '/callback') return page(pathname === '/done' ? arrived : '');
    received = {
      method: request.method!,
      answer: request.method === 'POST' ? new URLSearchParams(await text(request)) : searchParams,
    };
    return [
      page(arrived),
      redirect('/done'),
      redirect(`${third}/landed`),
      page(
        `<form method="post" action="${third}/landed"></form><script>document.forms[0].action += location.hash; document.forms[0].submit()</script>`,
      ),
    ][behaviour]!;
  });
  const ends = [`${origin}/callback`, `${origin}/done`, `${third}/landed`, `${third}/landed`];
  return {
    origin,
    /** @param index into {@link next} */
    behave(index: number) {
      behaviour = index;
    },
    endOf: (index: number) => ends[index]!,
    /** what arrived at the callback since the last call @throws Error if nothing did */
    takeAnswer() {
      if (!received) throw new Error('nothing arrived at the callback');
      const taken = received;
      received = undefined;
      return taken;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly html: string;
}

/** @returns the origin of a web server that ends with the test */
const listen = (t: Test, host: string, answer: (request: IncomingMessage) => Promise<Answer>): Promise<string> =>
  serveLocally(
    t,
    async (request, response) => {
      const { status, headers, html } = await answer(request);
      response.writeHead(status, headers).end(html);
    },
    host,
  );
