#!/usr/bin/env node
// The `triface` command of a checkout: builds what is out of date, then runs dist/src/cli.js. A container has dist/src only and
// runs that itself.
import { readFileSync } from 'node:fs';
import { BuildError, buildStale } from './build.mjs';

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  // Answered here: loading the commands takes several times as long.
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else {
  try {
    await buildStale(['server', 'component']);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`triface: ${error.message}`);
    process.exit(1);
  }
  await import(new URL('../dist/src/cli.js', import.meta.url).href);
}
