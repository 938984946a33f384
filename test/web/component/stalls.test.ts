import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, until } from './camera-browser.js';
import { startDrawnPages, video } from './drawn-page.js';

const paused = 'The camera has paused. Wait a moment.';

t.test('a preview that stops', { skip: skipWithoutBrowser }, async (t) => {
  const { open } = await startDrawnPages(t);

  t.test('paused by the system: it is resumed', async (t) => {
    const { page, events, captured } = await open();
    await until(page, "seen.includes('open')");
    await page.evaluate(`${video}.pause()`);
    await until(page, `!${video}.paused`);
    await page.evaluate('void element.takePhoto()');
    t.ok((await captured()).encryptedFile);
    t.notOk((await events()).includes('error'));
    await page.close();
  });

  t.test('a muted camera: no photo is taken until it delivers again', async (t) => {
    const { page, captured } = await open();
    await until(page, "seen.includes('open')");
    await page.evaluate('camera.mute(true); void element.takePhoto();');
    await page.getByText(paused).waitFor();
    t.equal(await page.evaluate('captures.length'), 0);
    await page.evaluate('camera.mute(false)');
    t.ok((await captured()).encryptedFile, 'the photo that was asked for');
    await page.close();
  });

  t.test('without a detector, the button is still named after a pause', async (t) => {
    const { page, events } = await open();
    await until(page, "seen.includes('open')");
    await page.evaluate('camera.mute(true)');
    await page.getByText(paused).waitFor();
    await page.evaluate('camera.mute(false)');
    await page.getByText('Fit your face in the oval, then press “Take photo”.').waitFor();
    t.notOk((await events()).includes('error'));
    await page.close();
  });

  t.test('what a paused preview looks like', async (t) => {
    const { page } = await open({
      // Otherwise the camera would be lost on a slow machine before axe-core is done.
      before: 'const repeat = setInterval; window.setInterval = (task, ms) => repeat(() => { if (!window.isHeld) task(); }, ms);',
    });
    await until(page, "seen.includes('open')");
    await page.evaluate('camera.mute(true)');
    await page.getByText(paused).waitFor();
    await page.evaluate('window.isHeld = true');
    await keepScreenshot(page, 'paused');
    await checkAccessibility(t, page, 'paused');
    await page.close();
  });

  t.test('a camera that delivers nothing more is lost, and can be restarted', async (t) => {
    const { page, events, captured } = await open();
    await until(page, "seen.includes('open')");
    await page.evaluate('camera.isDrawing = false; void element.takePhoto();');
    await page.getByText(paused).waitFor();
    await page.getByRole('alert').filter({ hasText: 'The camera stopped' }).waitFor();
    t.equal(await page.evaluate('details.error.code'), 'camera-lost');
    t.equal(await page.evaluate('captures.length'), 0, 'the frozen picture was not taken');
    t.equal(await page.evaluate("camera.tracks.every((track) => track.readyState === 'ended')"), true, 'the camera is off');
    t.equal((await events()).at(-1), 'error');
    await page.evaluate('camera.isDrawing = true; seen.length = 0;');
    await page.getByRole('button', { name: 'Try again' }).click();
    await until(page, "seen.includes('open')");
    await page.getByRole('button', { name: 'Take photo' }).click();
    t.ok((await captured()).encryptedFile);
    await page.close();
  });

  t.test('a camera that never delivers', async (t) => {
    const { page } = await open({
      before:
        "navigator.mediaDevices.getUserMedia = async () => new MediaStream([new MediaStreamTrackGenerator({ kind: 'video' })]);",
    });
    await page.getByRole('alert').filter({ hasText: 'The camera could not be started' }).waitFor();
    t.equal(await page.evaluate('details.error.code'), 'camera-failed');
    await page.close();
  });

  t.test('a browser that plays only after a tap, as phones in low power mode', async (t) => {
    const refused = `window.isTapped = false;
      const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () {
        return isTapped ? play.call(this) : Promise.reject(new DOMException('not allowed', 'NotAllowedError'));
      };
      addEventListener('pointerdown', () => { isTapped = true; }, true);`;
    for (const [lang, text, name, size] of [
      ['en', 'Your browser has paused the preview. Press “Start the preview”.', 'Start the preview', [900, 760]],
      ['es', 'El navegador ha detenido la vista previa. Pulse «Iniciar la vista previa».', 'Iniciar la vista previa', [320, 568]],
    ] as const) {
      const { page, events } = await open({ before: refused, lang });
      await page.setViewportSize({ width: size[0], height: size[1] });
      await page.getByText(text).waitFor();
      t.notOk((await events()).includes('error'), 'no fault, least of all one of permission');
      await keepScreenshot(page, `blocked-${lang}`);
      await checkAccessibility(t, page, 'blocked');
      await page.getByRole('button', { name }).click();
      await until(page, "seen.includes('open')");
      t.equal(await page.evaluate('camera.asked.length'), 1, 'the camera was not asked for again');
      await page.close();
    }
    // The same in the middle of a session, for example after a call.
    const { page, captured } = await open({ before: `${refused} isTapped = true;` });
    await until(page, "seen.includes('open')");
    await page.evaluate(`isTapped = false; ${video}.pause();`);
    await page.getByRole('button', { name: 'Start the preview' }).click();
    await page.getByRole('button', { name: 'Take photo' }).click();
    t.ok((await captured()).encryptedFile);
    await page.close();
  });

  t.test('a start that is interrupted is repeated', async (t) => {
    const { page, events } = await open({
      before: `const play = HTMLMediaElement.prototype.play;
        let count = 0;
        HTMLMediaElement.prototype.play = function () {
          return count++ < 2 ? Promise.reject(new DOMException('interrupted by a new load request', 'AbortError')) : play.call(this);
        };`,
    });
    await until(page, "seen.includes('open')");
    t.notOk((await events()).includes('error'));
    await page.close();
  });

  t.test('without requestVideoFrameCallback, a stall is noticed as well, and no frame is recorded twice', async (t) => {
    const { page, captured } = await open({ before: 'delete HTMLVideoElement.prototype.requestVideoFrameCallback;' });
    await until(page, "seen.includes('open')");
    await page.evaluate('void element.takePhoto()');
    t.ok((await captured()).encryptedFile);
    await page.evaluate('seen.length = 0; void element.openCamera();');
    await until(page, "seen.includes('open')");
    await page.evaluate('camera.isDrawing = false; void element.takePhoto();');
    await page.getByRole('alert').filter({ hasText: 'The camera stopped' }).waitFor();
    t.equal(await page.evaluate('captures.length'), 0);
    await page.close();
  });
});
