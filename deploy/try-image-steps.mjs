#!/usr/bin/env node
// Runs the steps of the Dockerfile without Docker, in folders instead of images, and then the image's own start command, health check and
// stop, so that its layout is proven where no Docker engine runs. It reads the Dockerfile itself: nothing is said twice.
//   node deploy/try-image-steps.mjs [--keep] [--build-arg NAME=VALUE]…
// Not tried by this: the base image, RUN lines of the runtime stage (users, removal of npm), cache and secret mounts, USER on a machine
// where this is not started as root.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'triface-image-'));
const stages = new Map();
const skipped = [];
/** Build arguments, as `docker build` takes them. */
const given = new Map(process.argv.flatMap((word, i, all) => (all[i - 1] === '--build-arg' ? [word.split(/=(.*)/s).slice(0, 2)] : [])));

/** Instructions of the Dockerfile, comments and line ends resolved. */
function readInstructions() {
  const text = readFileSync(join(repository, 'Dockerfile'), 'utf8');
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()).slice(1));
}

/** Copies what .dockerignore lets through. It is an allow-list, which is all that is understood here. */
function makeContext() {
  const context = join(work, 'context');
  const rules = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (rules.shift() !== '*') throw new Error('.dockerignore does not begin with *');
  for (const rule of rules) {
    if (rule.startsWith('!')) {
      const from = join(repository, rule.slice(1));
      if (existsSync(from)) cpSync(from, join(context, rule.slice(1)), { recursive: true });
    } else for (const path of listMatches(context, rule)) rmSync(path, { recursive: true });
  }
  return context;
}

/** Paths under a folder for a Docker pattern with * in its last part only. */
function listMatches(folder, pattern) {
  if (!pattern.includes('*')) return existsSync(join(folder, pattern)) ? [join(folder, pattern)] : [];
  const found = spawnSync('find', [join(folder, dirname(pattern)), '-mindepth', '1', '-maxdepth', '1', '-name', basename(pattern)]);
  return String(found.stdout).split('\n').filter(Boolean);
}

function copy(stage, words, context) {
  const from = words[0].startsWith('--from=') ? stages.get(words.shift().slice(7)).root : context;
  const target = words.pop();
  const sources = words.flatMap((word) => {
    const matches = listMatches(from, word);
    if (matches.length === 0 && !word.includes('*')) throw new Error(`COPY ${word}: nothing there`);
    return matches;
  });
  for (const source of sources) {
    // As Docker does: a folder's content goes into the target, a file into the folder that ends with /.
    const to = resolve(join(stage.root, stage.folder), target.replace(/^\//, `${stage.root}/`));
    cpSync(source, statSync(source).isDirectory() ? to : join(to, basename(source)), { recursive: true, verbatimSymlinks: true });
  }
}

function run(stage, command) {
  const bare = command.replace(/--mount=\S+\s+/g, '').trim();
  if (stage.name !== 'build') return skipped.push(`RUN ${bare.slice(0, 90)}…`);
  const startedAt = Date.now();
  const env = { ...process.env, ...stage.args };
  const done = spawnSync('sh', ['-ec', bare], { cwd: join(stage.root, stage.folder), env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) throw new Error(`RUN ${bare} ended with ${done.status}`);
  console.log(`ok   RUN ${bare.slice(0, 100)} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}

function build() {
  const context = makeContext();
  let stage;
  for (const [word, rest] of readInstructions()) {
    if (word === 'FROM') {
      const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'last';
      stage = { name, root: join(work, name), folder: '/', env: {}, args: {} };
      stages.set(name, stage);
    } else if (word === 'WORKDIR') {
      stage.folder = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (word === 'ARG') {
      const [name, value] = rest.split(/=(.*)/s);
      // One before the first FROM is for the base image only.
      if (stage) stage.args[name] = given.get(name) ?? value;
    } else if (word === 'COPY') copy(stage, rest.split(/\s+/), context);
    else if (word === 'RUN') run(stage, rest);
    else if (word === 'ENV') for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value;
    else if (word === 'HEALTHCHECK') stage.health = JSON.parse(rest.slice(rest.indexOf('[')));
    else if (word === 'ENTRYPOINT' || word === 'CMD') stage[word] = JSON.parse(rest);
    else if (word === 'USER') stage.user = rest.split(':').map(Number);
  }
  return stage;
}

function check(what, holds) {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
  if (!holds) process.exitCode = 1;
}

/** What must and must not be in the image. */
function checkLayout(app) {
  const has = (path) => existsSync(join(app, path));
  for (const path of ['package.json', 'dist/src/cli.js', 'models/manifest.json', 'node_modules/fastify', 'dist/web/site/idlive-face-capture-web.tgz']) check(`${path} is there`, has(path));
  for (const path of ['test', 'dist/test', 'src', 'data', '.git', 'node_modules/typescript', 'node_modules/tap', 'node_modules/onnxruntime-web', 'node_modules/esbuild', 'dist/web/types']) check(`${path} is not there`, !has(path));
  const libraries = spawnSync('find', ['node_modules/onnxruntime-node/bin', '-mindepth', '3', '-maxdepth', '3'], { cwd: app, encoding: 'utf8' });
  const platforms = libraries.stdout.split('\n').filter(Boolean).map((path) => path.split('/').slice(-2).join('/'));
  check(`one platform of onnxruntime-node: ${platforms.join()}`, platforms.join() === `linux/${process.arch}`);
  for (const { file } of JSON.parse(readFileSync(join(app, 'models/manifest.json'), 'utf8')).models) check(`models/${file} is there`, has(`models/${file}`));
  const sizes = spawnSync('du', ['-shc', 'node_modules', 'dist', 'models'], { cwd: app, encoding: 'utf8' }).stdout;
  console.log(sizes.trim().replace(/^/gm, '     '));
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts the image's command as its user on an empty data folder, waits for its health check, asks for readiness, and stops it. */
async function checkRun({ root, folder, env, health, ENTRYPOINT, CMD, user: [uid, gid] }) {
  const data = join(work, 'data');
  mkdirSync(data, { mode: 0o700 });
  const isRoot = process.getuid() === 0;
  if (isRoot) {
    chmodSync(work, 0o755);
    spawnSync('chown', [`${uid}:${gid}`, data]);
  } else skipped.push('USER: not root here, so it ran as you, who can write to the code');
  const port = await findFreePort();
  const options = {
    cwd: join(root, folder),
    env: { PATH: process.env.PATH, ...env, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data },
    ...(isRoot ? { uid, gid } : {}),
  };
  const [command, ...words] = [...ENTRYPOINT, ...CMD];
  const server = spawn(command, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  // The first start prints a password: the output is shown only when something is wrong, and then it is of a server that is gone.
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((done) => server.once('exit', (code, signal) => done({ code, signal })));
  let healthy = false;
  for (const until = Date.now() + 60_000; !healthy && Date.now() < until && server.exitCode === null; await sleep(250))
    healthy = spawnSync(health[0], health.slice(1), options).status === 0;
  check('the start command comes up and its HEALTHCHECK passes', healthy);
  if (healthy) {
    const ready = await waitForReady(port);
    check(`/health/ready answers 200 (${ready})`, ready === 200);
    await checkPacks(port, join(root, folder, 'models', 'packs'));
  }
  const stoppedAt = Date.now();
  server.kill('SIGTERM');
  const killing = setTimeout(() => server.kill('SIGKILL'), 20_000);
  const { code, signal } = await ended;
  clearTimeout(killing);
  check(`SIGTERM ends it with 0 (${code ?? signal}, ${Date.now() - stoppedAt} ms)`, code === 0);
  if (process.exitCode) console.log(output.replace(/^/gm, '     '));
}

/** The server must judge with the packs of the image, if it has any. */
async function checkPacks(port, folder) {
  const { livenessModels } = await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json();
  const choice = join(folder, 'active.json');
  const wanted = existsSync(choice) ? JSON.parse(readFileSync(choice, 'utf8')).packs : [];
  check(`models of the verdicts: ${livenessModels}`, wanted.every(({ name, version, weight }) => livenessModels.includes(` ${name}@${version}*${weight}`)));
  const mustHave = given.has('RECOMMENDED_MODELS') && !['auto', 'no'].includes(given.get('RECOMMENDED_MODELS'));
  if (mustHave) check('the image has the recommended packs', wanted.length > 0);
}

async function waitForReady(port) {
  let status = 0;
  for (const until = Date.now() + 60_000; status !== 200 && Date.now() < until; await sleep(250))
    status = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      (response) => response.status,
      () => 0,
    );
  return status;
}

try {
  const image = build();
  checkLayout(join(image.root, image.folder));
  await checkRun(image);
} catch (error) {
  check(error.message, false);
} finally {
  for (const line of skipped) console.log(`not tried: ${line}`);
  if (process.argv.includes('--keep')) console.log(`kept in ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
