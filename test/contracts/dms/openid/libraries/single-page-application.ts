import type { RequestListener } from 'node:http';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Test } from 'tap';
import { findInstallation } from '../../../../../src/base/installation.js';
import { selfie } from '../../../../fixtures/pictures.js';
import type { TestServer } from '../../../../helper.js';
import { serveLocally } from '../../../../serve-locally.js';

/** Time limit of each wait, in ms, for slow and busy machines. */
const PATIENCE = 60_000;

/** A single-page application on an origin of its own. Its script runs at every path. */
export interface SinglePageApplication {
  readonly origin: string;
  /** A page in a browser profile of its own. */
  open(settings: object): Promise<OpenPage>;
}

/** A page of the application. */
export interface OpenPage {
  readonly page: Page;
  /** what the browser reported on all pages of the profile: violated policies, blocked requests, errors of scripts */
  readonly complaints: string[];
  /** Another one in the same profile, with the same session at the server. */
  openAnother(settings: object): Promise<Page>;
}

/** What the script can use besides its library. */
const common = `
window.checkLiveness = async (token) => {
  const form = new FormData();
  form.append('channel', 'WEB');
  form.append('reference', 'browser');
  form.append('file', await (await fetch('/selfie.jpg')).blob(), 'selfie.jpg');
  const headers = { Authorization: 'Bearer ' + token };
  const response = await fetch(settings.url + '/face-liveness-sdk/v1/check_liveness', { method: 'POST', headers, body: form });
  return response.status + ' ' + (await response.json()).result;
};
window.outcome = (promise) => promise.then((value) => value ?? null, (error) => 'failed: ' + (error?.message ?? error?.error ?? error));
`;

/**
 * Starts an application that ends with the test.
 * @param host `127.0.0.1` for the site of the test server, `localhost` for another site
 * @param script an ES module, bundled as applications are; it finds what the page was opened with in `settings`
 * @param pages scripts in place of it, by path
 */
export async function startSinglePageApplication(
  t: Test,
  browser: Browser,
  host: '127.0.0.1' | 'localhost',
  script: string,
  pages: Readonly<Record<string, string>> = {},
): Promise<SinglePageApplication> {
  const { outputFiles } = await build({
    stdin: { contents: common + script, resolveDir: findInstallation() },
    ...{ bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'error' },
  });
  const picture = await selfie();
  const answer: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url!, 'http://host');
    if (pathname === '/selfie.jpg') return response.setHeader('content-type', 'image/jpeg').end(picture);
    if (pathname === '/app.js') return response.setHeader('content-type', 'text/javascript').end(outputFiles[0]!.contents);
    const body = pathname in pages ? `<script>${pages[pathname]}</script>` : '<script src="/app.js"></script>';
    return response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Application</title><body>${body}</body>`);
  };
  return {
    origin: await serveLocally(t, answer, host),
    async open(settings) {
      const context = await browser.newContext({ locale: 'en-GB' });
      context.setDefaultTimeout(PATIENCE);
      const complaints: string[] = [];
      context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      context.on('weberror', (error) => complaints.push(String(error.error())));
      // Pop-up windows have the settings of the profile.
      const inject = (into: Page | BrowserContext, settings: object) =>
        into.addInitScript(`window.settings = ${JSON.stringify(settings)}`);
      await inject(context, settings);
      const openAnother = async (settings: object) => {
        const page = await context.newPage();
        await inject(page, settings);
        return page;
      };
      return { page: await context.newPage(), complaints, openAnother };
    },
  };
}

/** Signs in on the login page, which must be shown or about to be, and waits until the application has the page again. */
export async function signIn(page: Page, { url, user, password }: TestServer, application: SinglePageApplication): Promise<void> {
  await page.waitForURL((at) => at.href.startsWith(`${url}/realms/`));
  await page.getByLabel('Username').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Password').press('Enter');
  await backIn(page, application);
}

/** Waits until the application has the page again, with the script run. */
export async function backIn(page: Page, { origin }: SinglePageApplication): Promise<void> {
  await page.waitForURL((at) => at.origin === origin);
  await page.waitForLoadState();
}
