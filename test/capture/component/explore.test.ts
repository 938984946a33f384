import t from 'tap';
import { startTestServer } from '../../helper.js';
import { keepScreenshot, openCameraBrowser, openCapturePage, publishKey } from './camera-browser.js';
import * as videos from './fake-video.js';

const name = (process.env.SCENE ?? 'oneFace') as 'oneFace';
t.test('explore', async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { scene: videos[name] });
  await publishKey(context);
  const { page, complaints, events } = await openCapturePage(context, server.url, { script: "window.all=[];element.addEventListener('detection',e=>all.push([performance.now()|0,...e.detail[0].errors].join(' ')));element.addEventListener('faceDetection',e=>window.last=JSON.stringify(e.detail[0]));" });
  await keepScreenshot(page, 'x-idle');
  await page.getByRole('button', { name: 'Take a selfie' }).click();
  for (let i = 0; i < 8; i++) {
    await page.waitForTimeout(i < 4 ? 500 : 1000);
    await keepScreenshot(page, `x-${name}-${i}`);
    console.error(i, await events(), await page.evaluate('[last, all.splice(0).join("; ")]').catch(() => ''));
  }
  console.error(complaints);
});
