import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { extract } from 'tar';
import { findInstallation } from '../../../src/base/installation.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer, temporaryDirectory } from '../../helper.js';
import { openCameraBrowser, openCapturePage, until } from './camera-browser.js';
import { oneFace } from './fake-video.js';

const valid = { type: 'faceDetector', isValid: true, isRequired: false, expiresAt: null };

t.test('calls and files that pages written for the vendor’s element use', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { scene: oneFace });

  t.test('licenses', async (t) => {
    const { page, complaints } = await openCapturePage(context, server.url, {
      script: `window.infos = [];
        element.addEventListener('initialize', () => element.setLicense('eyJsaWNlbnNlIjoi…', 'faceDetector'));
        element.addEventListener('licenseInfo', (event) => infos.push(event.detail[0]));`,
    });
    await until(page, 'infos.length === 1');
    t.strictSame(await page.evaluate('infos'), [valid], 'an event follows the license');
    t.strictSame(await page.evaluate("element.getLicenseInfo('other')"), { ...valid, type: 'other' });
    await until(page, 'infos.length === 2');
    t.strictSame(await page.evaluate('infos[1].type'), 'other', 'and the question');
    // Pages that ask again in the listener do not loop.
    await page.evaluate(`element.addEventListener('licenseInfo', () => {
      element.setLicense('again');
      void element.getLicenseInfo();
    }, { once: false });
    element.setLicense(Symbol('odd'), { odd: true });
    element.setLicense();`);
    await until(page, 'infos.length >= 4');
    await page.evaluate('new Promise((resolve) => setTimeout(() => setTimeout(() => setTimeout(resolve))))');
    t.strictSame(await page.evaluate('infos.slice(2)'), [valid, valid]);
    t.strictSame(complaints, []);
    await page.close();
  });

  t.test('index-idlf-detector.js is the same module', async (t) => {
    const answer = await fetch(`${server.url}/triface/capture/index-idlf-detector.js`);
    t.match(answer.headers.get('content-type'), /^(text|application)\/javascript/);
    t.match(Object.fromEntries(answer.headers), { 'cache-control': 'no-cache', 'access-control-allow-origin': '*' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${server.url}/triface/capture/?lang=en`);
    const [isSame, isDefined] = (await page.evaluate(`(async () => {
      const [first, second] = await Promise.all(['./idlive-face-capture.js', './index-idlf-detector.js'].map((name) => import(location.origin + '/triface/capture/' + name)));
      return [first.IdliveFaceCapture === second.IdliveFaceCapture, customElements.get('idlive-face-capture') === second.IdliveFaceCapture];
    })()`)) as boolean[];
    t.ok(isSame && isDefined);
    t.strictSame(complaints, [], 'it defines the element once');
    await page.close();
  });

  t.test('a worker can import the module', async (t) => {
    const page = await context.newPage();
    await page.route('**/triface/capture/plain.html', (route) => route.fulfill({ contentType: 'text/html', body: 'plain' }));
    await page.route('**/triface/capture/worker.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: "import('./idlive-face-capture.js').then((module) => postMessage(Object.keys(module).join()), (error) => postMessage(String(error)));",
      }),
    );
    await page.goto(`${server.url}/triface/capture/plain.html`);
    t.equal(
      await page.evaluate(`new Promise((resolve) => {
        const worker = new Worker('worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => resolve('error: ' + event.message);
      })`),
      'IdliveFaceCapture',
    );
    await page.close();
  });

  // Like the vendor's public example of an identity check: no bundler, hidden until it opens, removed by the capture's listener.
  t.test('a page with the package unpacked into its own folder', async (t) => {
    const folder = temporaryDirectory(t);
    await extract({ cwd: folder, file: join(findInstallation(), 'dist/web/site/idlive-face-capture-web.tgz'), strip: 1 });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.route('**/app/*', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<script type="module" src="./idlive-face-capture-web/index-idlf-detector.js"></script>
<idlive-face-capture id="face" debug="true" hidden sdk_path="../triface/capture"></idlive-face-capture>
<script type="module">
  const camera = document.getElementById('face');
  camera.addEventListener('beforeOpen', () => { camera.hidden = false; });
  camera.addEventListener('initialize', () => { camera.setLicense('license', 'faceDetector'); camera.openCamera(); });
  camera.addEventListener('detection', (event) => { document.body.dataset.errors = event.detail[0].errors.join(', '); });
  camera.addEventListener('error', (event) => { document.title = event.detail[0].message; });
  camera.addEventListener('capture', (event) => {
    const { encryptedFile } = event.detail[0];
    camera.remove();
    document.title = 'sealed ' + encryptedFile.type;
  });
</script>`,
      }),
    );
    await page.route('**/app/idlive-face-capture-web/*', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: readFileSync(join(folder, basename(new URL(route.request().url()).pathname))),
      }),
    );
    await page.goto(`${server.url}/app/page`);
    await until(page, 'document.title.length > 0');
    t.equal(await page.title(), 'sealed application/jose');
    t.strictSame(complaints, []);
    await page.close();
  });
});
