import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { browserPath } from '../../contracts/dms/openid/browser.js';
import { temporaryDirectory } from '../../helper.js';
import { type DrawnCamera, drawnCamera, servePicture } from './drawn-camera.js';
import { type Motion, type Scene, writeVideo } from './fake-video.js';

/** Options of the browser for capture pages. */
export interface CameraOptions {
  /** what its camera sees */
  readonly scene?: Scene;
  readonly motion?: Motion;
  /** number of frames after which the video begins again (default: a second's and a third); `longVideo` for packets that a server judges */
  readonly frames?: number;
  /** in place of that, the path of a video, which may be replaced while the camera is off (see `writeVideo`) */
  readonly video?: string;
  /** how the browser answers when a page asks for the camera; a person's "yes" by default */
  readonly permission?: 'granted' | 'refused';
  /** in place of that, how many cameras there are, which see Chromium's test picture */
  readonly cameras?: number;
  /** further switches of Chromium */
  readonly switches?: readonly string[];
}

/** Time limit of each wait, in ms, for slow and busy machines. */
const patience = 90_000;

/** A real browser with a fake camera, closed with the test. */
export async function openCameraBrowser(
  t: Test,
  { scene, motion, frames, video, permission = 'granted', cameras = 0, switches = [] }: CameraOptions,
): Promise<BrowserContext> {
  const camera: string[] = [];
  if (scene) {
    video = join(temporaryDirectory(t), 'camera.y4m');
    await writeVideo(video, scene, motion, frames);
  }
  if (video) camera.push('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${video}`);
  else if (cameras > 0) camera.push(`--use-fake-device-for-media-stream=device-count=${cameras}`);
  const browser = await chromium.launch({
    executablePath: browserPath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      // Pages of one site share a process, and with it the compiled WebAssembly.
      '--renderer-process-limit=1',
      ...camera,
      ...(permission === 'granted' ? ['--use-fake-ui-for-media-stream'] : ['--deny-permission-prompts']),
      ...switches,
    ],
  });
  t.teardown(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 900, height: 760 }, locale: 'en-US' });
  context.setDefaultTimeout(patience);
  return context;
}

/**
 * Choices of an account's policy that accept a browser's fake camera: its label, automation and exact timing. The frames still count, but
 * not how the face moves: the video is a photograph that sways, which is refused if its surroundings sway far enough with it.
 */
export const allowFakeCamera = [
  'capture.camera-label=0',
  'capture.automation=0',
  'capture.frame-timing=0',
  'capture.motion=0',
] as const;

/** The policy that documentation says is enough, and nothing more. */
export const strictPolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Events of the element on a page, by name and detail, and errors reported by the browser. */
export interface CapturePage {
  readonly page: Page;
  readonly complaints: string[];
  /** events so far, one line per run of the same name */
  events(): Promise<string[]>;
  /** the next `capture` event's blobs as they would be sent */
  captured(): Promise<{ readonly photo: Buffer; readonly encryptedFile: Buffer | undefined }>;
}

/** Script that records a page's events. */
const listener = `
const names = ['beforeInitialize','initialize','beforeOpen','open','faceDetection','detection','beforeCapture','capture','close','error'];
window.seen = []; window.details = {};
window.captures = [];
const element = window.element = document.querySelector('idlive-face-capture');
for (const name of names) element.addEventListener(name, (event) => {
  if (seen.at(-1) !== name) seen.push(name);
  details[name] = event.detail[0];
  if (name === 'capture') captures.push(event.detail[0]);
});`;

/**
 * A page with the element, served in the name of the server so that its module is of the same origin.
 * @param within the page of an earlier call, which leaves it: its process has the models' WebAssembly compiled
 * @param isReal use the server's test page instead
 * @param body of the page, which contains the element
 * @param camera drawn by the page, in place of the browser's
 * @param policy content security policy
 * @param before script that runs before the module, for example to remove a feature of the browser
 * @param script after the module was imported
 */
export async function openCapturePage(
  context: BrowserContext,
  server: string,
  {
    within = undefined as CapturePage | undefined,
    isReal = false,
    body = '<idlive-face-capture></idlive-face-capture>',
    camera = undefined as DrawnCamera | undefined,
    before = '',
    script = '',
    lang = 'en',
    path = '/triface/capture/test.html',
    policy = strictPolicy,
  } = {},
): Promise<CapturePage> {
  const page = within?.page ?? (await context.newPage());
  if (within) {
    for (const event of ['console', 'pageerror'] as const) page.removeAllListeners(event);
    await page.unrouteAll();
  }
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  if (camera) await servePicture(page);
  if (isReal) path = '/triface/capture/';
  else
    await page.route(`**${path}`, (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': policy },
        body: `<!doctype html><html lang="${lang}"><head><title>Test</title><meta name="viewport" content="width=device-width"></head><body>
<main><h1>Test</h1>${body}</main>
<script>${camera ? drawnCamera(camera) : ''}${before}</script>
<script type="module">import './idlive-face-capture.js';${listener}${script}</script></body></html>`,
      }),
    );
  await page.goto(server + path);
  if (isReal) await page.evaluate(`{${listener}}`);
  return {
    page,
    complaints,
    events: () =>
      page
        .evaluate('seen.filter((name) => !/etection$/.test(name)).join()')
        .then((text) => String(text).split(',').filter(Boolean)),
    async captured() {
      await until(page, 'captures.length > 0');
      const [photo, encrypted] = (await page.evaluate(`(async () => {
        const { photo, encryptedFile } = captures.shift();
        const text = async (blob) => blob && Array.from(new Uint8Array(await blob.arrayBuffer()), (b) => String.fromCharCode(b)).join('');
        return [await text(photo), await text(encryptedFile)].map((s) => s && btoa(s));
      })()`)) as [string, string | null | undefined];
      return { photo: Buffer.from(photo, 'base64'), encryptedFile: encrypted ? Buffer.from(encrypted, 'base64') : undefined };
    },
  };
}

/**
 * Waits until an expression is true on the page, whose policy allows no evaluation of its own.
 * @throws Error if it stays false
 */
export async function until(page: Page, expression: string): Promise<void> {
  const seen = await page.evaluate(`new Promise((resolve) => {
    const end = performance.now() + ${patience};
    const look = () => (${expression}) ? resolve(true) : performance.now() > end ? resolve(false) : setTimeout(look, 40);
    look();
  })`);
  if (!seen) throw new Error(`never came true: ${expression}`);
}

/** A key pair of the test, whose public part the page receives instead of the server's. */
export async function publishKey(context: BrowserContext): Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test-key', use: 'enc', alg: 'ECDH-ES' };
  await context.route('**/triface/v1/capture/keys', (route) => route.fulfill({ json: { keys: [jwk] } }));
  return { privateKey, jwk };
}

/** Saves a screenshot of the page to the folder in TRIFACE_TEST_SCREENSHOTS. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.TRIFACE_TEST_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `capture-${name}.png`) });
}
