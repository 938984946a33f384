import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { keepScreenshot, until } from './camera-browser.js';
import { startDrawnPages } from './drawn-page.js';

t.test('several lenses', { skip: skipWithoutBrowser }, async (t) => {
  const { open } = await startDrawnPages(t);
  const running = "camera.tracks.filter((track) => track.readyState === 'live').map((track) => track.label).join()";

  for (const [labels, chosen] of [
    [['camera2 0, facing back', 'camera2 1, facing front'], 'camera2 1, facing front'],
    [['Front Ultra Wide Camera', 'Back Telephoto Camera', 'Front Camera'], 'Front Camera'],
    [['Integrated IR Camera', 'Integrated Camera'], 'Integrated Camera'],
    [['OBS Virtual Camera', 'HD Webcam C270'], 'HD Webcam C270'],
    [['Back Camera', 'Back Telephoto Camera'], 'Back Camera'],
    [['HD Webcam C270', 'FaceTime HD Camera'], 'HD Webcam C270'],
    [['', ''], ''],
  ] as const)
    t.test(`${labels.join(', ')}: ${chosen}`, async (t) => {
      const { page } = await open({ camera: { labels } });
      await until(page, "seen.includes('open')");
      t.equal(await page.evaluate(running), chosen);
      await page.close();
    });

  t.test('a better lens that does not start: the first one runs', async (t) => {
    const { page } = await open({
      camera: { labels: ['Back Camera', 'Front Camera'] },
      before:
        "camera.answer = async (wish) => { if (wish.deviceId?.exact === '1') throw new DOMException('', 'NotReadableError'); };",
    });
    await until(page, "seen.includes('open')");
    t.equal(await page.evaluate(running), 'Back Camera');
    await page.close();
  });

  t.test('the user switches; a camera that does not start leaves the former one', async (t) => {
    const { page, events } = await open({ camera: { labels: ['Front Camera', 'Broken Camera', 'Second Camera'] } });
    await until(page, "seen.includes('open')");
    await page.evaluate(`seen.length = 0;
      camera.answer = async (wish) => { if (wish.deviceId?.exact === '1') throw new DOMException('', 'NotReadableError'); };`);
    const list = page.locator('select');
    await list.selectOption('Broken Camera');
    await page.getByText('That camera could not be started.').waitFor();
    t.equal(await page.evaluate(running), 'Front Camera');
    t.equal(await list.inputValue(), '0', 'the list shows the one that runs');
    t.notOk((await events()).includes('error'));
    await keepScreenshot(page, 'camera-kept');
    await page.evaluate('seen.length = 0');
    await list.selectOption('Second Camera');
    await until(page, "seen.includes('open')");
    t.equal(await page.evaluate(running), 'Second Camera');
    await page.close();
  });
});
