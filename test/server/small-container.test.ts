// A real server in real control groups: its log says how many workers it has and why, and warns where the memory is small.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { makeGroup, needsGroups } from '../base/control-groups.js';
import { temporaryDirectory } from '../helper.js';

const groups = [
  // One core's worth in the usual period of 100 ms.
  makeGroup(t, 'cpu', { 'cpu.cfs_quota_us': '100000' }),
  makeGroup(t, 'memory', { 'memory.limit_in_bytes': String(310 * 1_048_576) }),
];
const skip = groups.includes(undefined) ? needsGroups : false;

t.test('the start in a small container', { skip }, async (t) => {
  const enter = groups.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ');
  const { PATH = '', HOME = '/tmp' } = process.env;
  const words = [process.execPath, join(findInstallation(), 'dist/src/cli.js'), 'serve'];
  const child = spawn('sh', ['-c', `${enter} && exec "$@"`, 'sh', ...words], {
    env: { PATH, HOME, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(temporaryDirectory(t), 'data'), INFERENCE_PROVIDER: 'cpu' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    if (lines.at(-1)!.msg === 'ready') child.kill('SIGINT');
  }
  await exited;
  t.match(lines.find(({ level }) => level === 40)?.msg, /^this process may use 310 MiB of memory, and the server needs 320 MiB/);
  t.match(
    lines.find(({ msg }) => msg === 'ready'),
    { workers: 1, workersBy: 'CPU quota' },
  );
});
