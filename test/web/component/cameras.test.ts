import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';

t.test('two cameras', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { cameras: 2 });
  await publishKey(context);
  const { page, complaints, events, captured } = await openCapturePage(context, server.url, {
    body: '<idlive-face-capture auto_capture_disabled></idlive-face-capture>',
    script: `
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      // A person takes a while to answer the browser.
      navigator.mediaDevices.getUserMedia = async (wish) => { await new Promise((done) => setTimeout(done, 1500)); return ask(wish); };
      element.openCamera();`,
  });
  await page.getByText('Starting the camera.').waitFor();
  await keepScreenshot(page, 'starting');
  await checkAccessibility(t, page, 'starting');
  await until(page, "seen.includes('open')");
  const device = (): Promise<unknown> =>
    page.evaluate("element.shadowRoot.querySelector('video').srcObject?.getTracks()[0].getSettings().deviceId");
  const first = await device();
  const list = page.getByLabel('Camera');
  t.equal(await list.inputValue(), first, 'the list shows the one that runs');
  const names = await list.locator('option').allTextContents();
  t.equal(new Set(names).size, 2, names.join(', '));
  await keepScreenshot(page, 'cameras');
  await checkAccessibility(t, page, 'camera list');
  await page.evaluate("window.former = element.shadowRoot.querySelector('video').srcObject.getTracks()[0]; seen.length = 0;");
  await list.focus();
  await list.selectOption({
    index:
      names.length -
      1 -
      (await list.locator('option').evaluateAll((all) => all.findIndex((o) => (o as unknown as { selected: boolean }).selected))),
  });
  await until(page, "seen.includes('open')");
  t.not(await device(), first, 'the other one runs');
  t.equal(await page.evaluate('element.shadowRoot.activeElement.id'), 'cameras', 'the list keeps the focus');
  t.equal(await page.evaluate('former.readyState'), 'ended', 'the first is off');
  t.equal(await list.inputValue(), await device());
  await page.evaluate(`seen.length = 0; element.device_id = ${JSON.stringify(first)}`);
  await until(page, "seen.includes('open')");
  t.equal(await device(), first, "the page's attribute chooses as well");
  await page.evaluate("seen.length = 0; element.device_id = 'gone'");
  await until(page, "seen.includes('open')");
  t.ok(await device(), 'a camera that is gone is replaced by another');
  await page.getByRole('button', { name: 'Take photo' }).click();
  await captured();
  t.strictSame((await events()).slice(-3), ['beforeCapture', 'capture', 'close']);
  t.strictSame(complaints, []);
});
