import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { keepScreenshot, openCameraBrowser, openCapturePage, until } from './camera-browser.js';
import { oneFace, videoSize } from './fake-video.js';

t.test('setCustomQualityFunction', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { scene: oneFace });
  const opened = await openCapturePage(context, server.url, {
    body: '<idlive-face-capture capture_mode="singleImage"></idlive-face-capture>',
    script: "window.heard = []; element.addEventListener('detection', (event) => heard.push(event.detail[0].errors.join()));",
  });
  const { page, complaints, captured, events } = opened;
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  /** Opens the camera with a check. @param check source of the function */
  const openWith = (check: string): Promise<unknown> =>
    page.evaluate(`window.calls = 0; heard.length = 0; element.setCustomQualityFunction(${check}); void element.openCamera()`);

  await t.test('receives the frame, and holds back automatic capture until it accepts', async (t) => {
    await openWith(`(frame) => {
      window.frame = frame;
      const canvas = new OffscreenCanvas(8, 8).getContext('2d');
      canvas.drawImage(frame.video, 0, 0, 8, 8);
      window.drawn = canvas.getImageData(0, 0, 8, 8).data.some((value) => value > 0 && value < 255);
      return false;
    }`);
    await page.getByText('Adjust your position or the light.').waitFor();
    await until(page, "heard.filter((errors) => errors === 'QUALITY_NOT_ACCEPTED').length > 8");
    await keepScreenshot(page, 'custom-quality');
    t.notOk((await events()).includes('capture'), 'nothing is taken, though more than enough frames were good otherwise');
    t.strictSame(await page.evaluate('[frame.width, frame.height, frame.hints, frame.faces.length, drawn]'), [
      videoSize.width,
      videoSize.height,
      [],
      1,
      true,
    ]);
    t.match(await page.evaluate('frame.faces[0]'), { x1: Number, y1: Number, x2: Number, y2: Number, score: Number });
    await page.evaluate('element.setCustomQualityFunction(null)');
    await captured();
  });

  await t.test('may answer with a text, with hints, and later', async (t) => {
    await openWith("async () => '  Take off your hat. ' + '!'.repeat(500)");
    const text = `Take off your hat. ${'!'.repeat(101)}`;
    await page.getByText(text, { exact: true }).waitFor();
    await until(page, "heard.at(-1) === 'QUALITY_NOT_ACCEPTED'");
    await page.evaluate("element.setCustomQualityFunction(() => ['MOUTH_OPEN', 'MOUTH_OPEN'])");
    await page.getByText('Close your mouth.').waitFor();
    await until(page, "heard.at(-1) === 'MOUTH_OPEN'");
    await page.evaluate("element.setCustomQualityFunction(() => 'EYES_CLOSED')");
    await page.getByText('Open your eyes.').waitFor();
    await until(page, "heard.at(-1) === 'EYES_CLOSED'");
    t.equal(await page.evaluate('captures.length'), 0, 'nothing is taken');
    await page.evaluate('void element.takePhoto()');
    await captured();
  });

  await t.test('does not break the capture when it fails', async (t) => {
    warnings.length = 0;
    // A photo needs six good looks in a row, so it is taken only if none of these holds it back.
    await openWith(`(frame) => [
      () => { throw new Error('on purpose'); },
      () => Promise.reject(new Error('on purpose')),
      () => 42,
      () => ['NO_SUCH_HINT'],
      () => Array(1e6).fill('MOUTH_OPEN'),
      () => ({ then() { throw new Error('on purpose'); } }),
      () => ({ get length() { throw new Error('on purpose'); } }),
      () => { frame.faces.length = 0; frame.hints.push('MOUTH_OPEN'); },
    ][calls++ % 8]()`);
    await captured();
    t.ok(Number(await page.evaluate('calls')) >= 6);
    t.equal(warnings.length, 1, 'the console says so once');
    t.match(warnings, [/the custom quality function is ignored: Error: on purpose/]);
  });

  await t.test('does not break the capture when it never answers', async (t) => {
    warnings.length = 0;
    await openWith('() => { calls++; return new Promise(() => {}); }');
    await captured();
    t.equal(await page.evaluate('calls'), 1, 'it is not called again');
    t.match(warnings, [/no answer within 3000 ms/]);
    await openWith('() => { calls++; return new Promise(() => {}); }');
    await until(page, 'calls === 1');
    await page.evaluate('void element.takePhoto()');
    await captured();
  });

  await t.test('may close the camera', async (t) => {
    await openWith('() => { calls++; element.closeCamera(); return true; }');
    await until(page, "calls === 1 && seen.at(-1) === 'close'");
    t.equal(await page.evaluate("element.shadowRoot.querySelector('video').srcObject"), null);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))');
    t.equal(await page.evaluate('heard.length'), 0, 'no event follows');
  });

  t.match(
    await page.evaluate('try { element.setCustomQualityFunction(5) } catch (error) { String(error) }'),
    /^TypeError: setCustomQualityFunction: expected a function/,
  );
  t.strictSame(complaints, []);
});
