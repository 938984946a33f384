import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findInstallation } from '../src/base/installation.js';
import { drawRun } from './run/chart.js';
import { compareRuns, describeComparison } from './run/compare.js';
import type { BenchRun } from './run/figures.js';
import { describeRun, insertTables } from './run/markdown.js';
import { measureRun } from './run/measure-run.js';
import { type RunOptions, readRunOptions, UsageError, usage } from './run/options.js';

// What Triface costs on this machine: `npm run bench` (docs/bench.md). Prints tables; --json keeps the figures, --svg draws them. At the end
// it compares the ratios to the bare loop with those of the committed run and names the worse ones, which is not a failure.

/** The run that docs/bench.md shows. */
const committedRun = join(findInstallation(), 'bench', 'committed-run.json');

const readRun = (file: string): BenchRun => JSON.parse(readFileSync(file, 'utf8')) as BenchRun;

/** Checks the files before minutes are spent on what goes into them. @throws UsageError */
function checkFiles({ from, json, svg, markdown }: RunOptions): void {
  if (from !== undefined && !existsSync(from)) throw new UsageError(`--from: there is no file ${from}`);
  for (const [option, file] of Object.entries({ '--json': json, '--svg': svg, '--markdown': markdown }))
    if (file !== undefined && !existsSync(dirname(file))) throw new UsageError(`${option}: there is no folder ${dirname(file)}`);
}

function readOptions(): RunOptions {
  try {
    const options = readRunOptions(process.argv.slice(2));
    checkFiles(options);
    return options;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message}. Options: npm run bench -- --help`);
    process.exit(2);
  }
}

/** All databases and servers of the bench are below one folder, which is removed however this process ends. */
function useOwnFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'triface-bench-'));
  process.env.TMPDIR = folder;
  // A server may still write while it ends.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
}

function measure(): Promise<BenchRun> {
  useOwnFolder();
  return measureRun(
    options.plan,
    (line) => console.error(line),
    (part, error) => {
      console.error(`${part} failed:`, error);
      process.exitCode = 1;
    },
  );
}

const options = readOptions();
if (options.isHelp) {
  console.log(usage);
  process.exit();
}
// Read first: the new run may take its place.
const committed = existsSync(committedRun) ? readRun(committedRun) : undefined;
const run = options.from === undefined ? await measure() : readRun(options.from);
const tables = describeRun(run);
console.log(tables);
if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
if (options.svg) writeFileSync(options.svg, drawRun(run));
if (options.markdown) {
  const page = existsSync(options.markdown) ? readFileSync(options.markdown, 'utf8') : '';
  writeFileSync(options.markdown, insertTables(page, tables));
}
if (committed) console.log(describeComparison(compareRuns(run, committed), committed));
