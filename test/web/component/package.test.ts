import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import t from 'tap';
import { findInstallation } from '../../../src/base/installation.js';
import { packPackage } from '../../../src/web/bundle/pack-package.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer, temporaryDirectory } from '../../helper.js';
import { openCameraBrowser } from './camera-browser.js';
import { oneFace } from './fake-video.js';

const run = promisify(execFile);
const root = findInstallation();

t.test('the npm package', async (t) => {
  const server = await startTestServer(t);
  const folder = temporaryDirectory(t);

  t.test('is installed by npm from what the server serves, and bundled by esbuild', async (t) => {
    const answer = await fetch(`${server.url}/triface/capture/idlive-face-capture-web.tgz`);
    t.equal(answer.status, 200);
    writeFileSync(join(folder, 'idlive-face-capture-web.tgz'), Buffer.from(await answer.arrayBuffer()));
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    const words = ['i', 'idlive-face-capture-web@file:./idlive-face-capture-web.tgz', '--offline', '--no-audit', '--no-fund'];
    await run('npm', words, { cwd: folder });
    const installed = join(folder, 'node_modules/idlive-face-capture-web');
    t.strictSame(readdirSync(installed).sort(), [
      'LICENSE',
      'README.md',
      'THIRD-PARTY.md',
      'index-idlf-detector.js',
      'index.d.ts',
      'index.js',
      'package.json',
      'react.d.ts',
    ]);
    t.ok(statSync(join(installed, 'index.js')).size < 200_000);

    writeFileSync(
      join(folder, 'page.ts'),
      `import 'idlive-face-capture-web';
import 'idlive-face-capture-web/index-idlf-detector.js';
import type { CaptureEvent, DetectionEvent, ErrorEvent } from 'idlive-face-capture-web';
import type * as api from 'idlive-face-capture-web';
const element = document.querySelector('idlive-face-capture')!;
element.addEventListener('capture', (event) => {
  const { photo, encryptedFile } = event.detail[0];
  document.title = [photo.type, encryptedFile!.type, encryptedFile!.size > photo.size].join(' ');
});
element.addEventListener('error', (event) => { document.title = event.detail[0].code; });
// What pages written for the vendor's types do.
const onCapture = ({ detail: [{ photo }] }: CaptureEvent) => photo.size;
const onDetection = (event: DetectionEvent) => event.detail[0].errors.join(', ');
const onError = (event: ErrorEvent) => event.detail[0].message;
element.addEventListener('capture', onCapture);
element.addEventListener('detection', onDetection);
element.addEventListener('error', onError);
export function compileOnly(global: HTMLIdLiveFaceCaptureElement) {
const same: api.HTMLIdLiveFaceCaptureElement = global;
same.setLicense('text', 'faceDetector');
same.setCustomQualityFunction(async ({ faces, hints, video }) => faces.length === 1 && hints.length === 0 && video.videoWidth > 320);
same.setCustomQualityFunction((frame) => (frame.width > 640 ? [] : ['FACE_TOO_FAR']));
element.addEventListener('licenseInfo', ({ detail: [info] }) => console.log(info.isValid));
same.capture_mode = 'singleImage';
// @ts-expect-error: the mode does not exist
same.capture_mode = 'video';
// @ts-expect-error: a hint that does not exist
same.setCustomQualityFunction(() => ['NO_SUCH_HINT']);
same.capture_mode = null;
}
element.addEventListener('initialize', () => void element.openCamera());
`,
    );
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--lib', 'es2022,dom', '--module', 'esnext', '--moduleResolution', 'bundler'];
    await run(process.execPath, [compiler, ...options, 'page.ts'], { cwd: folder }).catch((error) =>
      t.fail(String(error.stdout)),
    );
    const { warnings } = await build({
      absWorkingDir: folder,
      entryPoints: ['page.ts'],
      bundle: true,
      format: 'esm',
      outfile: join(folder, 'bundle.js'),
      logLevel: 'silent',
    });
    t.strictSame(warnings, []);
  });

  t.test('is imported by a server, from the package and from a bundle without module addresses', async (t) => {
    const bundle = join(folder, 'server.cjs');
    const entry = { contents: "export * from 'idlive-face-capture-web';", resolveDir: folder };
    await build({ stdin: entry, bundle: true, format: 'cjs', platform: 'node', outfile: bundle, logLevel: 'silent' });
    for (const name of ['idlive-face-capture-web', 'idlive-face-capture-web/index-idlf-detector.js', './server.cjs']) {
      const script = `
        const before = Object.getOwnPropertyNames(globalThis).sort().join();
        const { IdliveFaceCapture } = await import('${name}');
        const isUnchanged = Object.getOwnPropertyNames(globalThis).sort().join() === before;
        console.log(typeof IdliveFaceCapture, isUnchanged);`;
      // Ends by itself, so nothing is left running.
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        timeout: 120_000,
      });
      t.strictSame([stdout.trim(), stderr], ['function true', ''], name);
    }
  });

  t.test('works on a page of another origin, with sdk_path naming the server', { skip: skipWithoutBrowser }, async (t) => {
    const site = createServer((request, response) => {
      if (request.url === '/bundle.js')
        return response.setHeader('content-type', 'text/javascript').end(readFileSync(join(folder, 'bundle.js')));
      response.setHeader('content-type', 'text/html');
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${server.url}/triface/`,
      );
      const sdkPath = request.url === '/' ? ` sdk_path="${server.url}/triface/capture"` : '';
      return response.end(
        `<!doctype html><title>page</title><idlive-face-capture${sdkPath}></idlive-face-capture><script type="module" src="/bundle.js"></script>`,
      );
    }).listen(0, '127.0.0.1');
    t.teardown(() => site.close().closeAllConnections());
    await new Promise((done) => site.once('listening', done));
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const context = await openCameraBrowser(t, { scene: oneFace });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const waitForTitle = async (): Promise<string> => {
      for (let i = 0; i < 300; i++, await page.waitForTimeout(100)) if ((await page.title()) !== 'page') break;
      return page.title();
    };
    await page.goto(url);
    t.equal(await waitForTitle(), 'image/jpeg application/jose true', 'captured and sealed with the key of the server');
    t.strictSame(complaints, []);
    await page.goto(`${url}/bare`);
    t.equal(await waitForTitle(), 'no-encryption-key', 'without sdk_path a bundled page has no key, and gets an error');
  });

  t.test('is identical each time it is built', async (t) => {
    const module = Buffer.from('export {};');
    const [first, second] = [await packPackage(root, '1.2.3', module), await packPackage(root, '1.2.3', module)];
    t.ok(Buffer.from(first).equals(Buffer.from(second)));
  });
});

t.test('the files', async (t) => {
  const server = await startTestServer(t);
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/triface/capture${path}`, { headers, redirect: 'manual' });
  const site = join(root, 'dist/web/site');
  const wasm = readdirSync(site)
    .find((name) => name.endsWith('.wasm.br'))!
    .replace('.br', '');
  const detector = /face-detector-blazeface\.[0-9a-f]{12}\.onnx/.exec(
    readFileSync(join(site, 'idlive-face-capture.js'), 'utf8'),
  )![0];

  const module = await get('/idlive-face-capture.js', { 'accept-encoding': 'br' });
  t.match(module.headers.get('content-type'), /^(text|application)\/javascript/);
  t.match(Object.fromEntries(module.headers), {
    'cache-control': 'no-cache',
    'content-encoding': 'br',
    vary: /accept-encoding/,
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  // Not by fetch(), which adds `cache-control: no-cache` to conditional requests.
  const again = await server.app.inject({
    url: '/triface/capture/idlive-face-capture.js',
    headers: { 'if-none-match': module.headers.get('etag')!, 'accept-encoding': 'br' },
  });
  t.equal(again.statusCode, 304);
  for (const name of [wasm, detector]) {
    const { status, headers } = await get(`/${name}`);
    t.equal(status, 200, name);
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
    t.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
  }
  t.match((await get('')).headers.get('location'), './capture/');
  t.match((await get('/')).headers.get('content-security-policy'), /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/);
  for (const path of [
    '/nothing',
    '/idlive-face-capture.js.br',
    '/..%2f..%2f..%2fpackage.json',
    '/.tsbuildinfo',
    '/face-detector.onnx',
  ])
    t.equal((await get(path)).status, 404, path);

  // The site has the WebAssembly in compressed form alone.
  const bytes = readFileSync(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  t.notOk(existsSync(join(site, wasm)));
  for (const [accepted, encoding] of [
    ['br', 'br'],
    ['gzip, deflate', null],
    ['br;q=0', null],
    ['identity', null],
  ] as const) {
    const response = await get(`/${wasm}`, { 'accept-encoding': accepted });
    t.equal(response.status, 200, accepted);
    t.equal(response.headers.get('content-encoding'), encoding);
    t.match(Object.fromEntries(response.headers), { 'content-type': 'application/wasm', vary: /accept-encoding/ });
    t.ok(bytes.equals(Buffer.from(await response.arrayBuffer())), accepted);
    const head = await fetch(response.url, { method: 'HEAD', headers: { 'accept-encoding': accepted } });
    t.match([head.status, head.headers.get('content-encoding')], [200, encoding]);
  }
  const interrupted = new AbortController();
  const broken = await fetch(`${server.url}/triface/capture/${wasm}`, {
    headers: { 'accept-encoding': 'identity' },
    signal: interrupted.signal,
  });
  interrupted.abort();
  await t.rejects(broken.arrayBuffer());
  t.equal((await get('/')).status, 200, 'a client that leaves harms nobody');
});
