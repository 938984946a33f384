import t, { type Test } from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { checkAccessibility } from './accessibility.js';
import { type CapturePage, keepScreenshot, openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';
import { oneFace } from './fake-video.js';

t.test('faults', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);

  /** Opens the camera and waits for the resulting state. */
  async function expectFault(
    t: Test,
    { page, events }: CapturePage,
    code: string,
    title: string,
    retry = 'Try again',
  ): Promise<void> {
    await page.evaluate('void element.openCamera()');
    await page.getByRole('alert').filter({ hasText: title }).waitFor();
    const detail = (await page.evaluate('({ code: details.error.code, message: details.error.message })')) as Record<
      string,
      string
    >;
    t.equal(detail.code, code);
    t.ok(detail.message!.startsWith(title), 'the event says what is shown');
    t.equal((await events()).at(-1), 'error');
    t.equal(await page.evaluate('element.shadowRoot.activeElement.textContent'), retry, 'the focus is on what can be done');
    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').srcObject"), null, 'no camera is on');
    await keepScreenshot(page, `fault-${code}`);
    await checkAccessibility(t, page, code);
  }

  t.test('permission refused', async (t) => {
    const context = await openCameraBrowser(t, { scene: oneFace, permission: 'refused' });
    await publishKey(context);
    const shown = await openCapturePage(context, server.url);
    await expectFault(t, shown, 'permission-refused', 'Camera access was denied');
    await shown.page.getByRole('button', { name: 'Close' }).click();
    t.equal((await shown.events()).at(-1), 'close');
    const spanish = await openCapturePage(context, server.url, { lang: 'es-PA' });
    await spanish.page.setViewportSize({ width: 320, height: 568 });
    await expectFault(t, spanish, 'permission-refused', 'No se ha permitido la cámara', 'Reintentar');
    await context.browser()!.close();
  });

  t.test('no camera', async (t) => {
    const context = await openCameraBrowser(t, {});
    await publishKey(context);
    await expectFault(t, await openCapturePage(context, server.url), 'no-camera', 'No camera was found');
    await context.browser()!.close();
  });

  t.test('a page that is not secure', async (t) => {
    const context = await openCameraBrowser(t, {
      scene: oneFace,
      switches: ['--host-resolver-rules=MAP face.example 127.0.0.1'],
    });
    const url = server.url.replace('127.0.0.1', 'face.example');
    // A page made up by the test would be of no network, from where Chromium lets an insecure page load nothing of this machine.
    const shown = await openCapturePage(context, url, { isReal: true });
    t.equal(await shown.page.evaluate('isSecureContext'), false);
    await expectFault(t, shown, 'insecure-context', 'This page is not secure');
    await context.browser()!.close();
  });

  t.test('no key, then one; no detector; a camera that stops', async (t) => {
    const context = await openCameraBrowser(t, { scene: oneFace });
    await context.route('**/triface/v1/capture/keys', (route) => route.fulfill({ status: 503, body: 'busy' }));
    const shown = await openCapturePage(context, server.url);
    await expectFault(t, shown, 'no-encryption-key', 'The photo could not be protected');
    await context.unroute('**/triface/v1/capture/keys');
    await publishKey(context);
    await shown.page.getByRole('button', { name: 'Try again' }).click();
    t.ok((await shown.captured()).encryptedFile, 'trying again helps once the key is there');
    await shown.page.close();

    const wrong = await openCapturePage(context, server.url, { script: "element.setEncryptionKey('no key at all');" });
    await expectFault(t, wrong, 'no-encryption-key', 'The photo could not be protected');
    await wrong.page.close();

    await context.route('**/*.onnx', (route) => route.abort());
    const blind = await openCapturePage(context, server.url, { script: 'element.openCamera();' });
    await blind.page.getByText('Fit your face in the oval, then press “Take photo”.').waitFor();
    await keepScreenshot(blind.page, 'no-detector');
    await blind.page.getByRole('button', { name: 'Take photo' }).click();
    t.ok((await blind.captured()).encryptedFile, 'without a detector the button takes the photo');
    await blind.page.close();

    const lost = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture auto_capture_disabled></idlive-face-capture>',
      script: 'element.openCamera();',
    });
    await until(lost.page, "seen.includes('open')");
    // What a browser does when the camera is unplugged.
    await lost.page.evaluate(
      "element.shadowRoot.querySelector('video').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))",
    );
    await lost.page.getByRole('alert').filter({ hasText: 'The camera stopped' }).waitFor();
    await keepScreenshot(lost.page, 'fault-camera-lost');
    await lost.page.close();

    const taken = await openCapturePage(context, server.url, {
      script:
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Could not start', 'NotReadableError'));",
    });
    await expectFault(t, taken, 'camera-in-use', 'The camera is in use');
    await context.browser()!.close();
  });
});
