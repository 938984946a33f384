import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { checkAccessibility } from './accessibility.js';
import { keepScreenshot, openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';
import {
  asideFace,
  blurredFace,
  closeFace,
  darkFace,
  farFace,
  noFace,
  openMouth,
  type Scene,
  shutEyes,
  twoFaces,
} from './fake-video.js';

/** What the camera sees, the first thing to be mended, and the attribute that is set to see it, or lets it pass. */
const cases: Record<string, { scene: Scene; error: string; text: string; off?: string; on?: string }> = {
  'no face': { scene: noFace, error: 'FACE_NOT_FOUND', text: 'No face to be seen. Look at the camera.' },
  'several faces': { scene: twoFaces, error: 'TOO_MANY_FACES', text: 'Only one person may be in the picture.' },
  'a face far away': { scene: farFace, error: 'FACE_TOO_FAR', text: 'Come closer.' },
  'a face too close': { scene: closeFace, error: 'FACE_TOO_CLOSE', text: 'Move back a little.' },
  'a face aside': {
    scene: asideFace,
    error: 'FACE_NOT_CENTERED',
    text: 'Move your face to the middle of the oval.',
    off: 'face_not_centered_check_enabled',
  },
  'in the dark': {
    scene: darkFace,
    error: 'IMAGE_TOO_DARK',
    text: 'It is too dark. Turn to the light.',
    off: 'dark_image_check_enabled',
  },
  blurred: {
    scene: blurredFace,
    error: 'FACE_BLURRY',
    text: 'The picture is blurred. Hold still, or wipe the lens.',
    off: 'face_blurry_check_enabled',
  },
  'shut eyes': { scene: shutEyes, error: 'EYES_CLOSED', text: 'Open your eyes.', on: 'eyes_closed_check_enabled' },
  'an open mouth': { scene: openMouth, error: 'MOUTH_OPEN', text: 'Close your mouth.', on: 'mouth_open_check_enabled' },
};

t.test('hints', { skip: skipWithoutBrowser, timeout: 280_000 }, async (t) => {
  const server = await startTestServer(t);
  for (const [name, { scene, error, text, off, on }] of Object.entries(cases)) {
    t.test(name, async (t) => {
      const context = await openCameraBrowser(t, { scene });
      await publishKey(context);
      const { page, complaints, events, captured } = await openCapturePage(context, server.url, {
        body: `<idlive-face-capture ${on ?? ''}></idlive-face-capture>`,
        script: `
          window.errors = new Set(); window.looks = 0;
          element.addEventListener('detection', (event) => { looks++; errors.add(event.detail[0].errors[0]); });
          element.openCamera();`,
      });
      await page.getByText(text).waitFor({ timeout: 60_000 });
      await until(page, 'looks >= 20');
      t.strictSame(await page.evaluate('[...errors]'), [error], 'every look says so');
      t.notOk((await events()).includes('beforeCapture'), 'nothing is taken by itself');
      await keepScreenshot(page, `hint-${name.replaceAll(' ', '-')}`);
      await checkAccessibility(t, page, name);
      if (off) await page.evaluate(`element.setAttribute('${off}', 'false')`);
      else if (on) await page.evaluate(`element.removeAttribute('${on}')`);
      else await page.getByRole('button', { name: 'Take photo' }).click();
      const { photo, encryptedFile } = await captured();
      t.ok(
        photo.length > 0 && encryptedFile!.length > photo.length,
        off || on ? 'without that check it is taken' : 'the button takes it all the same',
      );
      t.strictSame(complaints, []);
      await context.browser()!.close();
    });
  }
});
