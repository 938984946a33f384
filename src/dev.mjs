// `npm run dev`: serves, and whenever a source changes builds again and restarts the server. The log is printed for people.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pretty from 'pino-pretty';
import { BuildError, buildStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Milliseconds without another change before a build: an editor writes several files at once. */
const quiet = 150;

let server;
let timer;
let isBusy = false;
let hasChanged = false;

/** Builds, and replaces the running server. When the build fails the running one stays. */
async function restart() {
  if (isBusy) {
    hasChanged = true;
    return;
  }
  isBusy = true;
  do {
    hasChanged = false;
    try {
      await buildStale(['server', 'component']);
      await stop();
      start();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.error(`triface: ${error.message}${server ? '. The previous server is still running' : ''}`);
    }
  } while (hasChanged);
  isBusy = false;
}

function start() {
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist/src/cli.js'), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.pipe(pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }));
  child.once('exit', (code) => {
    if (server === child) server = undefined;
    if (code) console.error(`The server ended with ${code}; it starts again after the next change.`);
  });
  server = child;
}

async function stop() {
  if (!server) return;
  const child = server;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

watch(join(root, 'src'), { recursive: true }, () => {
  clearTimeout(timer);
  timer = setTimeout(() => void restart(), quiet);
});
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await stop();
    process.exit(0);
  });
await restart();
