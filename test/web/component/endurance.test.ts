import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { openCameraBrowser, openCapturePage, publishKey, until } from './camera-browser.js';

/** Keeps weak references to all canvases, and lets looks follow each other without a pause. */
const watchful = `
  window.canvases = [];
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (name, ...rest) {
    const element = create.call(this, name, ...rest);
    if (name === 'canvas') canvases.push(new WeakRef(element));
    return element;
  };
  const wait = window.setTimeout;
  window.setTimeout = (task, ms, ...rest) => wait(task, ms === 110 ? 0 : ms, ...rest);`;

t.test('memory', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, {});
  await publishKey(context);
  const { page, complaints } = await openCapturePage(context, server.url, {
    camera: { width: 320, height: 240 },
    before: watchful,
    body: '<idlive-face-capture auto_capture_disabled></idlive-face-capture>',
    script: `window.looks = 0; element.addEventListener('detection', () => { looks++; }); element.openCamera();`,
  });
  const browser = await context.newCDPSession(page);
  /** Bytes of JavaScript's heap, and pixels of all canvases, after a collection. */
  async function measure(): Promise<{ readonly heap: number; readonly pixels: number }> {
    for (let i = 0; i < 2; i++) await browser.send('HeapProfiler.collectGarbage');
    const { usedSize } = await browser.send('Runtime.getHeapUsage');
    const pixels = await page.evaluate(
      'canvases.reduce((sum, reference) => { const one = reference.deref(); return sum + (one ? one.width * one.height : 0); }, 0)',
    );
    return { heap: usedSize, pixels: Number(pixels) };
  }

  // Ten minutes have about 3000 looks. What leaked in each would show in a hundred: 100 kB each are 10 MB.
  await until(page, 'looks >= 20');
  const early = await measure();
  const seen = Number(await page.evaluate('looks'));
  await until(page, `looks >= ${seen} + 100`);
  const late = await measure();
  t.ok(late.heap - early.heap < 2_000_000, `a hundred looks: ${late.heap - early.heap} bytes`);
  t.ok(late.pixels <= early.pixels + 320 * 240, `${early.pixels} and ${late.pixels} pixels of canvases`);

  const sizes: { readonly heap: number; readonly pixels: number }[] = [];
  for (let i = 0; i < 10; i++) {
    if (i > 0) await page.evaluate('seen.length = 0; void element.openCamera();');
    await until(page, "seen.includes('open') || seen.includes('detection')");
    await page.evaluate('void element.takePhoto()');
    await until(page, 'captures.length > 0');
    await page.evaluate('captures.length = 0; details = {};');
    if (i === 2 || i === 9) sizes.push(await measure());
  }
  const [third, tenth] = sizes;
  t.ok(tenth!.heap - third!.heap < 2_000_000, `seven captures: ${tenth!.heap - third!.heap} bytes`);
  t.ok(tenth!.pixels <= third!.pixels + 320 * 240, `${third!.pixels} and ${tenth!.pixels} pixels of canvases`);
  t.equal(await page.evaluate("camera.tracks.filter((track) => track.readyState === 'live').length"), 0, 'all cameras are off');
  t.equal(await page.evaluate('camera.tracks.length'), 10);
  t.strictSame(complaints, []);
});
