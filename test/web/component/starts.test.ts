import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, until } from './camera-browser.js';
import { startDrawnPages, video } from './drawn-page.js';

t.test('the start of a camera', { skip: skipWithoutBrowser }, async (t) => {
  const { open } = await startDrawnPages(t);

  t.test('a question that nobody answers: a hint; closing and opening again works; a late answer is stopped', async (t) => {
    const { page, captured } = await open({
      before: 'camera.answer = () => camera.asked.length > 1 ? undefined : new Promise((answer) => { window.late = answer; });',
    });
    await page.getByText('Still waiting for the camera.').waitFor();
    await page.setViewportSize({ width: 320, height: 568 });
    await keepScreenshot(page, 'still-starting');
    await checkAccessibility(t, page, 'still starting');
    await page.evaluate('element.closeCamera(); void element.openCamera();');
    await until(page, "seen.includes('open')");
    await page.evaluate('late()');
    await until(page, 'camera.tracks.length === 2');
    await until(page, "camera.tracks[1].readyState === 'ended'");
    t.equal(await page.evaluate('camera.tracks[0].readyState'), 'live');
    await page.evaluate('void element.takePhoto()');
    t.ok((await captured()).encryptedFile);
    await page.close();
  });

  t.test('a camera in use by another program: trying again helps once it is free', async (t) => {
    const { page } = await open({
      before:
        "camera.answer = async () => { if (camera.asked.length === 1) throw new DOMException('busy', 'NotReadableError'); };",
    });
    await page.getByRole('alert').filter({ hasText: 'The camera is in use' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await until(page, "seen.includes('open')");
    t.equal(await page.evaluate('details.error.code'), 'camera-in-use');
    await page.close();
  });

  t.test('a webcam of 320×240 works; one of 96×72 is refused', async (t) => {
    const small = await open({ camera: { width: 320, height: 240 } });
    await until(small.page, "seen.includes('open')");
    await small.page.evaluate('void element.takePhoto()');
    t.ok((await small.captured()).encryptedFile);
    await small.page.close();
    const { page } = await open({ camera: { width: 96, height: 72 } });
    await page.getByText('The picture of this camera is too small. Choose another camera.').waitFor();
    t.equal(await page.evaluate('details.error.code'), 'camera-failed');
    t.equal(await page.evaluate(`${video}.srcObject`), null, 'the camera is off');
    await page.close();
  });
});
