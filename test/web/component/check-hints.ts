import { join } from 'node:path';
import type { Test } from 'tap';
import { startTestServer, temporaryDirectory } from '../../helper.js';
import { checkAccessibility } from './accessibility.js';
import { type CapturePage, keepScreenshot, openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';
import { type Scene, writeVideo } from './fake-video.js';

/** A scene before the camera, and the expected hint. */
export interface HintCase {
  readonly scene: Scene;
  readonly error: string;
  readonly text: string;
  /** attribute whose `false` lets it pass */
  readonly off?: string;
  /** attribute without which it passes */
  readonly on?: string;
}

/** Shows each scene to a browser and asserts the element's hint. */
export async function checkHints(t: Test, cases: Readonly<Record<string, HintCase>>): Promise<void> {
  const server = await startTestServer(t);
  const video = join(temporaryDirectory(t), 'camera.y4m');
  const context = await openCameraBrowser(t, { video });
  await publishKey(context);
  let opened: CapturePage | undefined;
  for (const [name, { scene, error, text, off, on }] of Object.entries(cases)) {
    t.test(name, async (t) => {
      await writeVideo(video, scene);
      opened = await openCapturePage(context, server.url, {
        ...(opened && { within: opened }),
        body: `<idlive-face-capture ${on ?? ''}></idlive-face-capture>`,
        script: `
          window.errors = new Set(); window.looks = 0;
          element.addEventListener('detection', (event) => { looks++; errors.add(event.detail[0].errors[0]); });
          element.openCamera();`,
      });
      const { page, complaints, events, captured } = opened;
      await page.getByText(text).waitFor();
      await until(page, 'looks >= 8');
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
    });
  }
}
