#!/usr/bin/env node
// The `triface` command of a checkout: builds what is out of date, then runs dist/src/cli.js. A container has dist/src only and
// runs that itself.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { BuildError, buildStale } from './build.mjs';

const words = process.argv.slice(2);
// `serve` without a terminal prints a log of JSON lines alone.
const isLog = words[0] === 'serve' && !process.stderr.isTTY;
const print = (level, msg) =>
  console.log(JSON.stringify({ level, time: Date.now(), pid: process.pid, hostname: hostname(), msg }));
// glibc keeps an arena of freed memory for each of many threads, and V8 much room for new objects (docs/operations.md). Both read
// their limits when a process starts. Node 20 cannot replace the process: there, the caller sets them.
const young = '--max-semi-space-size';
const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-');
const flags = given.includes(young) ? [] : [`${young}=2`];
const { MALLOC_ARENA_MAX } = process.env;
if (
  words[0] === 'serve' &&
  process.platform === 'linux' &&
  process.execve &&
  (flags.length > 0 || MALLOC_ARENA_MAX === undefined)
) {
  const same = [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)];
  process.execve(process.execPath, same, { ...process.env, MALLOC_ARENA_MAX: MALLOC_ARENA_MAX ?? '2' });
}
const stopSignals = ['SIGTERM', 'SIGHUP', 'SIGINT'];
const end = () => process.exit(143);
// As src/base/stop-signals.ts, which may not be built yet.
if (process.pid === 1) for (const signal of stopSignals) process.on(signal, end);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  // Answered here: loading the commands takes several times as long.
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else {
  try {
    await buildStale(['server', 'component'], isLog ? (text) => print(30, text) : console.error);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    if (isLog) print(60, error.message);
    else console.error(`triface: ${error.message}`);
    process.exit(1);
  }
  for (const signal of stopSignals) process.off(signal, end);
  await import(new URL('../dist/src/cli.js', import.meta.url).href);
}
