import { join } from 'node:path';
import t from 'tap';
import { startPlus } from '../../contracts/apptenticate/plus-client.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { temporaryDirectory } from '../../helper.js';
import { openCameraBrowser, openCapturePage } from './camera-browser.js';
import { type Motion, oneFace, writeVideo } from './fake-video.js';

// Chromium's camera, the component, the server: what a page gets for its packets.

t.test('liveness plus', { skip: skipWithoutBrowser }, async (t) => {
  const { server, send, triface } = await startPlus(t);

  const video = join(temporaryDirectory(t), 'camera.y4m');
  const context = await openCameraBrowser(t, { video });

  async function capture(motion: Motion): Promise<Buffer> {
    // Longer than a recording on a very busy machine.
    await writeVideo(video, oneFace, motion, 75);
    const { captured } = await openCapturePage(context, server.url, { script: 'element.openCamera();' });
    const { encryptedFile } = await captured();
    return encryptedFile!;
  }
  const details = { details: 'true', return_id: 'true' };
  /** Suspicious signals of a stored scan, by name. */
  const explain = async (id: unknown) => JSON.stringify(JSON.parse(await triface('explain', '--json', String(id))).capture);

  const living = await capture('living');
  const detected = (await send(living, details)).json;
  t.match(detected, { valid: false, error_code: 715, error_details: { api_response: { capture_liveness: { probability: 0 } } } });
  t.comment(`living, default policy: ${await explain(detected.id)}`);

  // A test account may use a browser's camera: its label, automation and exact timing; the frames still count.
  const allowing = ['capture.camera-label=0', 'capture.automation=0', 'capture.frame-timing=0'];
  await triface('policy', 'set', server.user, ...allowing);
  const replayed = (await send(living, details)).json;
  t.match(replayed, { valid: false, error_code: 715 }, 'the same packet again');
  const accepted = (await send(await capture('living'), details)).json;
  t.comment(`living, allowing policy: ${await explain(accepted.id)}`);
  t.match(accepted, { valid: true, api_response: { capture_liveness: { probability: 1 } } });
  t.strictSame((await send(await capture('living'))).json, { valid: true }, 'and without details');

  const still = (await send(await capture('still'), details)).json;
  t.comment(`still, allowing policy: ${await explain(still.id)}`);
  t.match(still, { valid: false, error_code: 715 }, 'a still picture as video: refused by its frames alone');
});
