import { createHash } from 'node:crypto';
import { compactDecrypt, decodeProtectedHeader, exportSPKI, generateKeyPair } from 'jose';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { type PacketHeader, splitContainer, splitParts } from '../../../src/capture/packet/layout.js';
import { isPacketHeader } from '../../../src/capture/packet/schema.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';
import { oneFace, videoSize } from './fake-video.js';

/** The sealed packet's content, checked as the server checks it. */
async function open(t: Test, sealed: Buffer, privateKey: Parameters<typeof compactDecrypt>[1]) {
  const { plaintext } = await compactDecrypt(sealed, privateKey);
  const { header: json, body } = splitContainer(plaintext);
  const header: unknown = JSON.parse(new TextDecoder().decode(json));
  t.ok(isPacketHeader(header), "the header is as the server's schema wants it");
  return { header: header as PacketHeader, ...splitParts(header as PacketHeader, body) };
}
const isRising = (times: readonly number[]): boolean => times.every((time, i) => i === 0 || time > times[i - 1]!);
/** Mean difference of two pictures in grey, 0..255. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const [p, q] = await Promise.all([a, b].map((picture) => sharp(picture).resize(128, 72).greyscale().raw().toBuffer()));
  return p!.reduce((sum, value, i) => sum + Math.abs(value - q![i]!), 0) / p!.length;
}
const start = 'Take a selfie';

t.test('one face', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { scene: oneFace });
  const { privateKey } = await publishKey(context);

  t.test('automatic capture: events, photo, packet', async (t) => {
    const { page, complaints, events, captured } = await openCapturePage(context, server.url);
    await until(page, "seen.includes('initialize')");
    await keepScreenshot(page, 'idle');
    await checkAccessibility(t, page, 'idle');
    const button = page.getByRole('button', { name: start });
    await button.click();
    await page.getByText('Good. Hold still.').waitFor();
    await keepScreenshot(page, 'good');
    const { photo, encryptedFile } = await captured();
    t.strictSame(await events(), ['beforeInitialize', 'initialize', 'beforeOpen', 'open', 'beforeCapture', 'capture', 'close']);
    t.strictSame(await page.evaluate('details.detection'), { errors: [] }, 'the last look found nothing to mend');
    t.equal(await page.evaluate('details.faceDetection.faces.length'), 1);
    const { format, width, height } = await sharp(photo).metadata();
    t.strictSame({ format, width, height }, { format: 'jpeg', ...videoSize }, "a JPEG of the track's size");
    const scene = await oneFace();
    const mirrored = await sharp(scene).flop().toBuffer();
    t.ok((await difference(photo, scene)) * 2 < (await difference(photo, mirrored)), 'the photo is not mirrored');

    t.ok(encryptedFile!.length < 2_000_000, `${encryptedFile!.length} bytes sealed`);
    t.match(decodeProtectedHeader(encryptedFile!.toString()), {
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: 'test-key',
      typ: 'triface-capture',
    });
    const packet = await open(t, encryptedFile!, privateKey);
    const { header } = packet;
    t.ok(photo.equals(packet.photo), 'the photo in it is the one that the page gets');
    t.equal(header.photo.sha256, createHash('sha256').update(photo).digest('base64url'));
    t.ok(Math.abs(Date.now() - header.createdAt) < 60_000);
    const luma = header.frames.filter(({ kind }) => kind === 'luma');
    const crops = luma.filter(({ region }) => region.width === 96);
    t.ok(crops.length >= 12 && crops.length <= 16 && luma.length === crops.length * 2, `${crops.length} pairs of luma frames`);
    t.ok(
      crops.every(({ width, height, region }) => region.width === width && region.height === height),
      'crops are not scaled',
    );
    t.equal(new Set(crops.map(({ region }) => JSON.stringify(region))).size, 1, 'all of one region');
    t.ok(isRising(crops.map(({ at }) => at)), 'of frames one after the other');
    t.equal(header.photo.at, crops.at(-1)!.at, 'the photo is the last of them');
    t.ok(header.frames.some(({ kind, width }) => kind === 'jpeg' && width === 480));
    const still = header.frames.findIndex(({ kind }) => kind === 'jpeg');
    t.match(await sharp(packet.frames[still]!).metadata(), { format: 'jpeg', width: 480, height: 270 });
    // The last crop is from the photo's own frame: the same pixels, except for the JPEG compression.
    const { region } = crops.at(-1)!;
    const place = await sharp(photo)
      .extract({ left: region.x, top: region.y, width: region.width, height: region.height })
      .greyscale()
      .raw()
      .toBuffer();
    const crop = packet.frames[header.frames.indexOf(crops.at(-1)!)]!;
    const mean = crop.reduce((sum, value, i) => sum + Math.abs(value - place[i]!), 0) / crop.length;
    t.ok(mean > 0 && mean < 3, `a crop is where it says it is: ${mean.toFixed(1)} of 255 from the photo`);
    const { timing } = header;
    t.ok(
      timing.frameClock !== 'none' && timing.frameTimes.length > 14 && isRising(timing.frameTimes),
      `${timing.frameTimes.length} frame times`,
    );
    t.ok(timing.openedAt < timing.capturedAt);
    t.match(header.camera, { label: /camera\.y4m$/, deviceCount: 1, settings: videoSize });
    t.equal(header.page.isSecureContext, true);
    t.ok(header.page.automation.includes('HeadlessChrome') || header.page.webdriver, 'automation shows');

    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').srcObject"), null, 'the camera is off');
    t.equal(await page.evaluate('element.shadowRoot.activeElement?.className'), 'start', 'the focus is back where it came from');
    t.strictSame(complaints, [], 'the browser complains of nothing under the strict policy');
    await page.close();
  });

  t.test('payload_size, setEncryptionKey and setExternalMeta', async (t) => {
    const own = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const pem = await exportSPKI(own.publicKey);
    const { page, captured } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture payload_size="small"></idlive-face-capture>',
      script: `element.addEventListener('initialize', () => {
        element.setLicense('a', 'b');
        element.setEncryptionKey(new Blob([Uint8Array.from(atob(${JSON.stringify(pem.replace(/-----[^-]+-----|\n/g, ''))}), (c) => c.charCodeAt(0))]), 'my-key');
        element.setExternalMeta('session 1');
        element.openCamera();
      });`,
    });
    const { encryptedFile } = await captured();
    t.ok(encryptedFile!.length < 700_000, `${encryptedFile!.length} bytes sealed`);
    t.equal(decodeProtectedHeader(encryptedFile!.toString()).kid, 'my-key');
    t.equal((await open(t, encryptedFile!, own.privateKey)).header.externalMeta, 'session 1');
    await page.close();
  });

  t.test('checks of eyes and mouth load what they need, and let open eyes and a closed mouth pass', async (t) => {
    const { page, captured } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture capture_mode="singleImage"></idlive-face-capture>',
    });
    const loaded: string[] = [];
    page.on('response', (response) => loaded.push(`${response.status()} ${response.url().split('/').at(-1)!.split('.')[0]}`));
    await page.evaluate(
      "element.eyes_closed_check_enabled = true; element.mouth_open_check_enabled = 'true'; void element.openCamera()",
    );
    await captured();
    const further = loaded.filter((name) => /eye|landmark/.test(name)).sort();
    t.strictSame(further, ['200 eye-state', '200 face-landmarks']);
    await page.close();
  });

  t.test('singleImage asks for no key', async (t) => {
    const { page, captured } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture capture_mode="singleImage"></idlive-face-capture>',
      script: 'element.openCamera();',
    });
    let asked = false;
    page.on('request', (request) => (asked ||= request.url().endsWith('/keys')));
    const { photo, encryptedFile } = await captured();
    t.equal((await sharp(photo).metadata()).format, 'jpeg');
    t.equal(encryptedFile, undefined);
    t.notOk(asked);
    await page.close();
  });

  t.test('by keyboard alone, without automatic capture, the photo shown', async (t) => {
    const { page, complaints, events, captured } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture auto_capture_disabled auto_close_disabled="true"></idlive-face-capture>',
      lang: 'es',
    });
    await page.keyboard.press('Tab');
    await keepScreenshot(page, 'idle-focus');
    await page.keyboard.press('Enter');
    await page.getByText('Bien. Pulse «Hacer la foto».').waitFor();
    t.equal(await focused(page), 'Hacer la foto', 'the button has the focus');
    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').className"), 'mirrored', 'the preview is a mirror');
    await page.waitForTimeout(2000);
    t.notOk((await events()).includes('capture'), 'nothing is taken by itself');
    await keepScreenshot(page, 'button-es');
    await checkAccessibility(t, page, 'preview');
    for (const name of ['Cerrar', 'Hacer la foto', 'Cerrar']) {
      await page.keyboard.press('Tab');
      // A browser's own interface is part of the round: there the page has no focus.
      if (!(await focused(page))) await page.keyboard.press('Tab');
      t.equal(await focused(page), name, 'the focus stays in the dialog');
    }
    await page.keyboard.press('Shift+Tab');
    if (!(await focused(page))) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await captured();
    await page.getByText('La foto está hecha.').waitFor();
    t.equal(await focused(page), 'Listo');
    await keepScreenshot(page, 'done-es');
    await checkAccessibility(t, page, 'done');
    await page.getByRole('button', { name: 'Hacer otra foto' }).press('Enter');
    await page.getByText('Bien. Pulse «Hacer la foto».').waitFor();
    await page.keyboard.press('Enter');
    await captured();
    t.notOk((await events()).includes('close'));
    await page.keyboard.press('Escape');
    t.equal((await events()).at(-1), 'close');
    t.equal(await focused(page), 'Hacer un selfi');
    t.strictSame(complaints, []);
    await page.close();
  });

  t.test('set up by frameworks, removed from the page and added again', async (t) => {
    const { page, complaints, events, captured } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture capture_mode="encryptedPayload"></idlive-face-capture>',
      script: `
        // React 18 writes attributes, false as text; Vue and React 19 set properties where there are any.
        element.setAttribute('audio_enabled', 'false');
        element.capture_mode = 'singleImage';
        element.auto_capture_disabled = true;
        const early = document.createElement('idlive-face-capture');
        window.early = early;`,
    });
    t.equal(await page.evaluate("element.getAttribute('capture_mode')"), 'singleImage');
    await page.evaluate('element.openCamera()');
    await page.evaluate(
      "window.track = element.shadowRoot.querySelector('video').srcObject.getTracks()[0]; window.place = element.parentNode; element.remove();",
    );
    t.equal(await page.evaluate('track.readyState'), 'ended', 'the camera is off');
    t.equal((await events()).at(-1), 'close');
    await page.evaluate('place.append(element); element.openCamera()');
    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').srcObject.getTracks()[0].readyState"), 'live');
    await page.evaluate('element.mask_hidden = true');
    t.equal(await page.evaluate("element.shadowRoot.querySelector('.guide').hasAttribute('hidden')"), true);
    await keepScreenshot(page, 'no-mask');
    await page.evaluate('void element.takePhoto()');
    t.equal((await captured()).encryptedFile, undefined, 'the property was heard');
    t.equal((await events()).filter((name) => name === 'initialize').length, 1);

    await page.evaluate(`(async () => {
      // Two elements on one page, the second opened while the first is starting.
      document.body.append(early);
      window.both = [];
      for (const one of [element, early]) one.addEventListener('open', () => both.push(one));
      early.setAttribute('capture_mode', 'singleImage');
      await Promise.all([element.openCamera(), early.openCamera()]);
      element.closeCamera();
      early.closeCamera();
    })()`);
    t.equal(await page.evaluate('both.length'), 2);
    // Closing immediately after opening leaves no camera on.
    await page.evaluate('void element.openCamera(); element.closeCamera();');
    await page.waitForTimeout(700);
    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').srcObject"), null);
    t.strictSame(complaints, []);
    await page.close();
  });

  t.test('on small phones', async (t) => {
    const { page } = await openCapturePage(context, server.url, {
      body: '<idlive-face-capture auto_capture_disabled></idlive-face-capture>',
    });
    for (const [name, width, height] of [
      ['portrait', 320, 568],
      ['landscape', 568, 320],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.evaluate('element.openCamera()');
      await page.waitForTimeout(1500);
      await keepScreenshot(page, `phone-${name}`);
      const inside =
        await page.evaluate(`[...element.shadowRoot.querySelectorAll('dialog button')].filter((b) => b.offsetParent).every((b) => {
        const { left, top, right, bottom } = b.getBoundingClientRect();
        return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && bottom - top >= 40;
      })`);
      t.ok(inside, `${name}: every button is within the screen, and large`);
      await checkAccessibility(t, page, name);
      await page.evaluate('element.closeCamera()');
    }
    await page.close();
  });

  t.test('the test page', async (t) => {
    await context.unroute('**/triface/v1/capture/keys');
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${server.url}/triface/capture?lang=en`);
    t.equal(new URL(page.url()).pathname, '/triface/capture/');
    await page.waitForTimeout(300);
    await keepScreenshot(page, 'try-start');
    await checkAccessibility(t, page, 'try-out page');
    await page.getByLabel('Username').fill(server.user);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The username or password is incorrect.').waitFor();
    complaints.length = 0;
    await page.getByLabel('Password', { exact: true }).fill(server.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You are signed in.').waitFor();
    await page.getByRole('button', { name: start }).click();
    await page.getByText('Rejected. Attack detected in the sent image.').waitFor();
    t.match(JSON.parse((await page.locator('#answer').textContent())!), {
      valid: false,
      error_code: 715,
      error_details: { api_response: { capture_liveness: { probability: 0 } } },
    });
    await keepScreenshot(page, 'try-answer');
    await checkAccessibility(t, page, 'try-out page with an answer');
    t.strictSame(complaints, [], 'the browser complains of nothing under the strict policy');
    await page.goto(`${server.url}/triface/capture/?lang=es`);
    await page.getByRole('button', { name: 'Hacer un selfi' }).waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    await keepScreenshot(page, 'try-es-phone');
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, 'nothing is wider than a small phone');
    await page.close();
  });
});

/** Name of the focused control within the element. */
async function focused(page: { evaluate(expression: string): Promise<unknown> }): Promise<string> {
  return String(
    await page.evaluate(`(() => {
      const active = element.shadowRoot.activeElement;
      return active?.getAttribute('aria-label') ?? active?.textContent ?? '';
    })()`),
  );
}
