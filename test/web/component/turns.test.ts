import { compactDecrypt } from 'jose';
import sharp from 'sharp';
import t from 'tap';
import { type PacketHeader, splitContainer, splitParts } from '../../../src/capture/packet/layout.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, until } from './camera-browser.js';
import { startDrawnPages } from './drawn-page.js';

t.test('a phone that is turned', { skip: skipWithoutBrowser }, async (t) => {
  const { keys, open } = await startDrawnPages(t);
  const upright = { width: 480, height: 640 };

  for (const [when, script] of [
    ['before the photo', 'camera.turn(640, 480); void element.takePhoto();'],
    ['during the recording', 'void element.takePhoto(); setTimeout(() => camera.turn(640, 480), 300);'],
  ] as const)
    t.test(`${when}: one packet has one shape`, async (t) => {
      const { page, events, captured } = await open({ camera: upright });
      await until(page, "seen.includes('open')");
      await page.evaluate(`new Promise((done) => setTimeout(done, 1500)).then(() => { ${script} })`);
      const { photo, encryptedFile } = await captured();
      const { plaintext } = await compactDecrypt(encryptedFile!, keys.privateKey);
      const { header: json, body } = splitContainer(plaintext);
      const header = JSON.parse(new TextDecoder().decode(json)) as PacketHeader;
      t.match(header.photo, { width: 640, height: 480 });
      t.match(await sharp(photo).metadata(), { width: 640, height: 480 });
      const wholes = header.frames.filter(({ region }) => region.width !== 96);
      t.ok(wholes.length >= 8);
      t.same(new Set(wholes.map(({ region }) => `${region.width}×${region.height}`)), new Set(['640×480']));
      const { frames } = splitParts(header, body);
      const stills = frames.filter((_, i) => header.frames[i]!.kind === 'jpeg');
      for (const still of stills) t.match(await sharp(still).metadata(), { width: 480, height: 360 });
      t.notOk((await events()).includes('error'));
      await page.close();
    });

  t.test('again and again: the capture ends with advice', async (t) => {
    const { page } = await open({ camera: upright });
    await until(page, "seen.includes('open')");
    await page.evaluate(`let isUpright = true;
      setInterval(() => { isUpright = !isUpright; camera.turn(...(isUpright ? [480, 640] : [640, 480])); }, 300);
      void element.takePhoto();`);
    await page.getByText('The picture kept turning.').waitFor();
    t.match(await page.evaluate('({ code: details.error.code, message: details.error.message })'), {
      code: 'capture-failed',
      message: /The photo could not be taken\. The picture kept turning/,
    });
    t.equal(await page.evaluate('captures.length'), 0);
    await keepScreenshot(page, 'fault-turned');
    await checkAccessibility(t, page, 'turned');
    await page.close();
  });
});
