import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, strictPolicy, until } from './camera-browser.js';
import { startDrawnPages } from './drawn-page.js';

/** Removes constructed style sheets, as in Safari before 16.4. */
const withoutSheets = `delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets;
  delete CSSStyleSheet.prototype.replaceSync;`;

t.test('browsers that lack a feature', { skip: skipWithoutBrowser }, async (t) => {
  const { open } = await startDrawnPages(t);
  const body = `<idlive-face-capture auto_capture_disabled><label>Upload a picture <input type="file"></label></idlive-face-capture>`;

  for (const [feature, before] of [
    ['dialog', 'delete HTMLDialogElement.prototype.showModal;'],
    ['getUserMedia', 'Object.defineProperty(navigator, "mediaDevices", { value: undefined });'],
    ['ResizeObserver', 'delete window.ResizeObserver;'],
    ['toBlob', 'delete HTMLCanvasElement.prototype.toBlob;'],
    ['crypto.subtle', 'Object.defineProperty(crypto, "subtle", { value: undefined });'],
    // The policy of the test's pages allows no style element.
    ['styleSheets', withoutSheets],
  ] as const)
    t.test(`without ${feature}: a text, the page’s own content, and an event`, async (t) => {
      const { page, complaints, events } = await open({ before, body, script: '' });
      await until(page, "seen.includes('error')");
      t.equal(await page.evaluate('details.error.code'), 'unsupported-browser');
      t.match(await page.evaluate('details.error.cause.message'), feature);
      await page.getByText('This browser cannot use the camera.').waitFor();
      await page.getByLabel('Upload a picture').waitFor();
      await page.evaluate('element.openCamera().then(() => { window.isResolved = true; })');
      await until(page, 'isResolved');
      t.strictSame((await events()).slice(-2), ['beforeOpen', 'error'], 'opening reports the fault again');
      await page.evaluate("document.documentElement.lang = 'es'");
      await page.getByText('Este navegador no puede usar la cámara.').waitFor();
      await page.evaluate('element.closeCamera(); void element.takePhoto(); element.remove();');
      t.ok(
        complaints.every((text) => feature === 'styleSheets' && /Content Security Policy/.test(text)),
        complaints.join('\n'),
      );
      if (feature === 'dialog') {
        await page.evaluate("document.querySelector('main').append(element); document.documentElement.lang = 'en';");
        await keepScreenshot(page, 'unsupported');
        await checkAccessibility(t, page, 'unsupported');
      }
      await page.close();
    });

  for (const [feature, before] of [
    ['WebAssembly', 'delete window.WebAssembly;'],
    ['OffscreenCanvas', 'delete window.OffscreenCanvas;'],
    ['requestVideoFrameCallback', 'delete HTMLVideoElement.prototype.requestVideoFrameCallback;'],
    ['speechSynthesis and AudioContext', 'delete window.speechSynthesis; delete window.AudioContext;'],
    ['URL.canParse, AbortSignal.timeout', 'delete URL.canParse; delete AbortSignal.timeout;'],
  ] as const)
    t.test(`without ${feature}: the button takes the photo`, async (t) => {
      const { page, events, captured } = await open({
        before,
        body: '<idlive-face-capture auto_capture_disabled audio_enabled sdk_path="."></idlive-face-capture>',
      });
      await page.getByText('Fit your face in the oval, then press “Take photo”.').waitFor();
      await page.getByRole('button', { name: 'Take photo' }).click();
      t.ok((await captured()).encryptedFile);
      t.notOk((await events()).includes('error'));
      await page.close();
    });

  t.test('without constructed style sheets, on a page that allows styles', async (t) => {
    const { page, captured } = await open({ before: withoutSheets, policy: `${strictPolicy}; style-src 'unsafe-inline'` });
    await until(page, "seen.includes('open')");
    t.equal(
      await page.evaluate("getComputedStyle(element.shadowRoot.querySelector('dialog')).position"),
      'fixed',
      'it has styles',
    );
    await page.getByRole('button', { name: 'Take photo' }).click();
    t.ok((await captured()).encryptedFile);
    await page.close();
  });
});
