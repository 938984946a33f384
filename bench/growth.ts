import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { findInstallation } from '../src/base/installation.js';
import { drawGrowth } from './growth/chart.js';
import type { Run } from './growth/figures.js';
import { measureGrowth } from './growth/measure-growth.js';
import { mergeRuns } from './growth/merge-runs.js';
import { type GrowthOptions, readOptions } from './growth/options.js';
import { describeRun } from './growth/table.js';

// What operations cost as the stored rows grow: `npm run bench:growth -- --sizes 1000,10000 [--against DIR] …` (docs/scale.md).
// Prints tables as Markdown; --json keeps the figures, --chart draws them, --from FILE shows kept figures without measuring.

const options: GrowthOptions = readOptions(process.argv.slice(2));
const run: Run =
  options.from.length > 0
    ? mergeRuns(options.from.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run))
    : await measureGrowth(options, {
        ...{ root: findInstallation(), nameOf, onProgress: (line: string) => console.error(line), onPart: keep },
        onFailure: (part: string, error: unknown) => {
          console.error(`${part} failed:`, error);
          process.exitCode = 1;
        },
      });
console.log(describeRun(run));
keep(run);
if (options.chart) writeFileSync(options.chart, drawGrowth(run));

function keep(run: Run): void {
  if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 1)}\n`);
}

/** The commit of a checkout, `+` if something is not committed. */
function nameOf(root: string): string {
  try {
    return execFileSync('git', ['-C', root, 'describe', '--always', '--dirty=+', '--abbrev=7'], { encoding: 'utf8' }).trim();
  } catch {
    return root;
  }
}
