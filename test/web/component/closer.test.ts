import t from 'tap';
import { startPlus } from '../../contracts/apptenticate/plus-client.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { type FilmedApproach, filmPortrait } from '../../rendering/film-portrait.js';
import { checkAccessibility } from './accessibility.js';
import { type CapturePage, keepScreenshot, openCameraBrowser, openCapturePage, until } from './camera-browser.js';

// The closer mode from the camera to the server's judgement. The page draws the camera's picture itself: frames of a rendered head or
// card, the first one until the component asks to come closer.

const body = '<idlive-face-capture capture_mode="closer"></idlive-face-capture>';
const approach: FilmedApproach = { from: 60, to: 33, frames: 12, yaw: 2, pitch: 0, roll: 0, drift: 2 };

/** A camera that shows `film[place]`; `place` follows the component's hints unless the test holds it. */
const camera = (film: readonly Uint8Array[]): string => `
const film = ${JSON.stringify(film.map((frame) => Buffer.from(frame).toString('base64')))}.map((text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
});
window.place = 0; window.isHeld = false; window.said = [];
const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 640 });
const pixels = canvas.getContext('2d');
const images = await Promise.all(film);
const paint = () => {
  pixels.drawImage(images[Math.floor(place)], 0.5 + 0.5 * Math.sin(performance.now() / 300), 0);
  const hint = element.shadowRoot?.querySelector('.hint')?.textContent ?? '';
  if (said.at(-1) !== hint) said.push(hint);
  if (!isHeld && /come closer|acérquese/.test(hint)) place = Math.min(images.length - 1, place + 0.25);
};
setInterval(paint, 66);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(15);
element.openCamera();`;

t.test('the closer mode', { skip: skipWithoutBrowser }, async (t) => {
  const { server, send, triface, explain } = await startPlus(t);
  // What a drawn camera in an automated browser cannot be, apart from the signal under test.
  const off = ['camera-label', 'automation', 'frame-timing', 'frame-motion', 'sensor-noise', 'resolution', 'page'];
  await triface('policy', 'set', server.user, 'capture.closer=1', ...off.map((name) => `capture.${name}=0`));
  const context = await openCameraBrowser(t, { cameras: 1 });
  const [head, card] = await Promise.all([
    filmPortrait(approach),
    filmPortrait({ ...approach, presented: { kind: 'card', faceWidth: 12, bend: 0 }, yaw: 8 }),
  ]);
  const open = (film: readonly Uint8Array[], within: CapturePage) =>
    openCapturePage(context, server.url, { within, body, script: camera(film) });
  /** @returns the signal of the stored scan */
  const judge = async (packet: Buffer) => {
    const { id } = (await send(packet, { details: 'true', return_id: 'true' })).json;
    const { capture } = await explain(id);
    t.comment(JSON.stringify(capture));
    return capture.signals.find(({ name }: { name: string }) => name === 'perspective');
  };

  const page = await context.newPage();
  // A phone's, in which the picture is not cut.
  await page.setViewportSize({ width: 420, height: 800 });
  const start: CapturePage = {
    page,
    complaints: [],
    events: async () => [],
    captured: () => Promise.reject(new Error('no page')),
  };

  await t.test('a head is asked to come closer, and has depth', async (t) => {
    const { captured, events, complaints } = await open(head, start);
    await until(page, `said.some((text) => /come closer/.test(text))`);
    await checkAccessibility(t, page, 'coming closer');
    await keepScreenshot(page, 'closer');
    await until(page, 'place > 6');
    await keepScreenshot(page, 'closer-on-the-way');
    const { encryptedFile } = await captured();
    const said = String(await page.evaluate('said.join("|")'));
    t.ok(said.split('|').length < 12, `few changes of the live region: ${said}`);
    t.match(await judge(encryptedFile!), { suspicion: 0, evidence: { required: 1, noStatement: 0 } });
    t.ok(encryptedFile!.length < 2_000_000, `${encryptedFile!.length} bytes`);
    t.strictSame(complaints, []);
    t.strictSame((await events()).slice(-2), ['capture', 'close']);
  });

  await t.test('a photograph on a card has none', async (t) => {
    const { captured } = await open(card, start);
    t.match(await judge((await captured()).encryptedFile!), { suspicion: 1, evidence: { noStatement: 0 } });
  });

  await t.test('reduced motion: the oval has its final size at once; who does not come is told to start again', async (t) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(head, start);
    await page.evaluate(
      'isHeld = true; window.ovals = new Set(); setInterval(() => ovals.add(element.shadowRoot.querySelector(".line").getAttribute("d")), 20)',
    );
    await until(page, `said.some((text) => /Start again/.test(text))`);
    t.ok(Number(await page.evaluate('ovals.size')) <= 3, 'the small oval, the large one');
    await keepScreenshot(page, 'closer-again');
    await page.evaluate('isHeld = false; element.closeCamera()');
  });
});
