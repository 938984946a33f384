import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { findInstallation } from '../../../src/base/installation.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { startTestServer } from '../../helper.js';
import { keepScreenshot, openCameraBrowser } from './camera-browser.js';
import { oneFace } from './fake-video.js';

const run = promisify(execFile);
/** Folder in which each example has a folder with its dependencies installed. */
const tools = process.env.TRIFACE_TEST_FRAMEWORKS;
const skip = tools ? skipWithoutBrowser : 'needs TRIFACE_TEST_FRAMEWORKS (examples/README.md)';

/** Scripts that render the app to a string, as a server does. Angular's build does so itself. */
const serverScripts: Readonly<Record<string, string>> = {
  react: `import { renderToString } from 'react-dom/server';
import { createElement } from 'react';
import { App } from './src/App';
console.log(renderToString(createElement(App)));`,
  vue: `import { renderToString } from 'vue/server-renderer';
import { createSSRApp } from 'vue';
import App from './src/App.vue';
renderToString(createSSRApp(App)).then(console.log);`,
};

const examples = [
  { name: 'react', site: 'dist' },
  { name: 'vue', site: 'dist' },
  { name: 'angular', site: 'dist/browser' },
] as const;

t.test('the examples, built with their own tools', { skip }, async (t) => {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, { scene: oneFace });
  const sdkPath = `${server.url}/triface/capture/`;

  for (const { name, site } of examples)
    t.test(name, async (t) => {
      // Below the installed dependencies, where Node and the tools look for them.
      const app = mkdtempSync(join(tools!, name, 'app-'));
      t.teardown(() => rmSync(app, { recursive: true, force: true }));
      const work = async (program: string, ...words: string[]) => {
        const { stdout } = await run(program, words, { cwd: app, env: { ...process.env, NO_COLOR: '1', CI: '1' } }).catch(
          (error) => {
            throw new Error(`${program} ${words.join(' ')}: ${error.stdout}${error.stderr}`);
          },
        );
        return stdout;
      };
      writeFileSync(join(app, 'package.json'), '{"private":true}');
      const archive = await fetch(`${sdkPath}idlive-face-capture-web.tgz`);
      writeFileSync(join(app, 'idlive-face-capture-web.tgz'), Buffer.from(await archive.arrayBuffer()));
      await work(
        'npm',
        'i',
        '--offline',
        '--no-audit',
        '--no-fund',
        'idlive-face-capture-web@file:./idlive-face-capture-web.tgz',
      );
      cpSync(join(findInstallation(), 'examples', name), app, { recursive: true });
      writeFileSync(join(app, 'src/server.ts'), `export const server = '${server.url}';\n`);
      await work('npm', 'run', '--silent', 'build');

      const rendered = serverScripts[name]
        ? await renderOnServer(app, serverScripts[name], work)
        : await readFile(join(app, site, 'index.html'), 'utf8');
      t.ok(rendered.includes(`<idlive-face-capture sdk_path="${sdkPath}">`), 'a server renders the element');
      t.ok(rendered.includes('No photo yet.'), 'and what surrounds it');

      const origin = await serveFolder(t, join(app, site));
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(origin);
      await page.getByRole('button', { name: 'Take a selfie' }).click();
      const taken = page.getByText(/Photo of \d+ bytes, packet of \d+ bytes\./);
      await taken.waitFor();
      const [photo, packet] = (await taken.textContent())!.match(/\d+/g)!.map(Number);
      t.ok(photo! > 10_000 && packet! > photo!, 'the app has the photo and the packet');
      t.equal(await page.getByText('Last hint: none').count(), 1, 'and the last look');
      t.strictSame(complaints, []);
      await keepScreenshot(page, `example-${name}`);
      await page.close();
    });
});

/** Builds a script with Vite's build for servers, and runs it. @returns what it prints */
async function renderOnServer(
  app: string,
  script: string,
  work: (program: string, ...words: string[]) => Promise<string>,
): Promise<string> {
  writeFileSync(join(app, 'render.ts'), script);
  await work('npx', 'vite', 'build', '--ssr', 'render.ts', '--outDir', 'rendered');
  return work(process.execPath, 'rendered/render.js');
}

/** @returns the address of a server for the files */
async function serveFolder(t: Test, folder: string): Promise<string> {
  const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
  const site = createServer(async (request, response) => {
    const path = join(folder, request.url === '/' ? 'index.html' : request.url!);
    if (!existsSync(path)) return response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
    return response.end(await readFile(path));
  }).listen(0, '127.0.0.1');
  t.teardown(() => site.close().closeAllConnections());
  await new Promise((done) => site.once('listening', done));
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
}
