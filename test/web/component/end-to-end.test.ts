import { join } from 'node:path';
import t from 'tap';
import { startPlus } from '../../contracts/apptenticate/plus-client.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { temporaryDirectory } from '../../helper.js';
import { allowFakeCamera, openCameraBrowser, openCapturePage } from './camera-browser.js';
import { longVideo, type Motion, oneFace, writeVideo } from './fake-video.js';

// Chromium's camera, the component, the server: what a page gets for its packets.

t.test('liveness plus', { skip: skipWithoutBrowser }, async (t) => {
  const { server, send, triface, explain } = await startPlus(t);

  const video = join(temporaryDirectory(t), 'camera.y4m');
  const context = await openCameraBrowser(t, { video });

  async function capture(motion: Motion): Promise<Buffer> {
    await writeVideo(video, oneFace, motion, longVideo);
    const { captured } = await openCapturePage(context, server.url, { script: 'element.openCamera();' });
    const { encryptedFile } = await captured();
    return encryptedFile!;
  }
  const details = { details: 'true', return_id: 'true' };
  /** The judgement of a stored scan's capture, for the log. */
  const signalsOf = async (id: unknown) => JSON.stringify((await explain(id)).capture);

  const living = await capture('living');
  const detected = (await send(living, details)).json;
  t.match(detected, { valid: false, error_code: 715, error_details: { api_response: { capture_liveness: { probability: 0 } } } });
  t.comment(`living, default policy: ${await signalsOf(detected.id)}`);

  await triface('policy', 'set', server.user, ...allowFakeCamera);
  const replayed = (await send(living, details)).json;
  t.match(replayed, { valid: false, error_code: 715 }, 'the same packet again');
  const accepted = (await send(await capture('living'), details)).json;
  t.comment(`living, allowing policy: ${await signalsOf(accepted.id)}`);
  t.match(accepted, { valid: true, api_response: { capture_liveness: { probability: 1 } } });
  t.strictSame((await send(await capture('living'))).json, { valid: true }, 'and without details');

  const still = (await send(await capture('still'), details)).json;
  t.comment(`still, allowing policy: ${await signalsOf(still.id)}`);
  t.match(still, { valid: false, error_code: 715 }, 'a still picture as video: refused by its frames alone');
});
