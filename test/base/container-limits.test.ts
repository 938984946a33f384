import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { readContainerLimits } from '../../src/base/container-limits.js';
import { findInstallation } from '../../src/base/installation.js';
import { makeGroup, needsGroups } from './control-groups.js';

const MIB = 1_048_576;
const unlimited = '9223372036854771712\n';
const none = { cpus: undefined, memoryBytes: undefined };

/** The limits on a machine with these files. */
const limitsWith = (files: Record<string, string>) => readContainerLimits((path) => files[path]);

const mount2 = (root = '/', point = '/sys/fs/cgroup') =>
  `30 23 0:26 ${root} ${point} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`;
const mount1 = (controllers: string, root = '/', point = `/sys/fs/cgroup/${controllers}`) =>
  `32 31 0:29 ${root} ${point} ro,relatime master:11 - cgroup cgroup rw,${controllers}\n`;

t.test('version 2, in a container with a namespace of its own', async (t) => {
  const place = { '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': `1 0 0:1 / / rw - overlay overlay rw\n${mount2()}` };
  const limits = (cpu: string, memory: string) =>
    limitsWith({ ...place, '/sys/fs/cgroup/cpu.max': cpu, '/sys/fs/cgroup/memory.max': memory });
  t.same(limits('50000 100000\n', `${512 * MIB}\n`), { cpus: 0.5, memoryBytes: 512 * MIB });
  t.same(limits('150000 50000\n', 'max\n'), { cpus: 3, memoryBytes: undefined });
  t.same(limits('max 100000\n', 'max\n'), none);
  t.same(limitsWith(place), none, 'controllers that are not there');
  const high = { '/sys/fs/cgroup/memory.max': `${900 * MIB}`, '/sys/fs/cgroup/memory.high': `${700 * MIB}` };
  t.equal(limitsWith({ ...place, ...high }).memoryBytes, 700 * MIB);
});

t.test('version 2, nested: the strictest group from the mount down holds', async (t) => {
  const slice = '/sys/fs/cgroup/kubepods.slice';
  const files = {
    '/proc/self/cgroup': '0::/kubepods.slice/pod7/triface\n',
    '/proc/self/mountinfo': mount2(),
    [`${slice}/cpu.max`]: '400000 100000',
    [`${slice}/pod7/cpu.max`]: '150000 100000',
    [`${slice}/pod7/triface/cpu.max`]: 'max 100000',
    [`${slice}/memory.max`]: 'max',
    [`${slice}/pod7/memory.max`]: `${300 * MIB}`,
    [`${slice}/pod7/triface/memory.max`]: `${800 * MIB}`,
    [`${slice}/other/memory.max`]: '1',
  };
  t.same(limitsWith(files), { cpus: 1.5, memoryBytes: 300 * MIB });
});

t.test('version 1', async (t) => {
  const limits = (group: string, root: string, at: string) =>
    limitsWith({
      '/proc/self/cgroup': `5:memory:${group}\n4:cpu,cpuacct:${group}\n1:name=systemd:${group}\n`,
      '/proc/self/mountinfo': mount1('cpu,cpuacct', root) + mount1('memory', root) + mount1('cpuset', root),
      [`/sys/fs/cgroup/cpu,cpuacct${at}/cpu.cfs_quota_us`]: '200000\n',
      [`/sys/fs/cgroup/cpu,cpuacct${at}/cpu.cfs_period_us`]: '100000\n',
      [`/sys/fs/cgroup/memory${at}/memory.limit_in_bytes`]: `${384 * MIB}\n`,
      // What Docker's --memory-reservation sets is not a limit.
      [`/sys/fs/cgroup/memory${at}/memory.soft_limit_in_bytes`]: `${64 * MIB}\n`,
    });
  const found = { cpus: 2, memoryBytes: 384 * MIB };
  t.same(limits('/docker/1f', '/', '/docker/1f'), found, 'seen from the host');
  t.same(limits('/docker/1f', '/', '/docker'), found, 'a group above');
  t.same(limits('/docker/1f', '/docker/1f', ''), found, 'in a container, without a namespace');
  t.same(limits('/docker/1f/init', '/docker/1f', '/init'), found, 'in a group below the container’s');
  t.same(limits('/', '/', ''), found, 'in a container with a namespace');
  t.same(limits('/docker/1f', '/docker/other', ''), found, 'the mount shows another path: what it shows counts');
  t.same(limits('/../1f', '/', ''), found, 'a group outside the namespace');
  t.same(limits('/docker/1f', '/', '/docker/1'), none, 'a group with a similar name');
  const without = {
    '/proc/self/cgroup': '5:memory:/\n4:cpu:/\n',
    '/proc/self/mountinfo': mount1('cpu') + mount1('memory'),
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': unlimited,
  };
  t.same(limitsWith(without), none);
});

t.test('hybrid: controllers of version 1 beside a tree of version 2', async (t) => {
  const files = {
    '/proc/self/cgroup': '4:memory:/a\n1:cpu:/a\n0::/b\n',
    '/proc/self/mountinfo': mount1('cpu') + mount1('memory') + mount2('/', '/sys/fs/cgroup/unified'),
    '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '120000',
    '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000',
    '/sys/fs/cgroup/unified/b/memory.max': `${100 * MIB}`,
    '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': unlimited,
  };
  t.same(limitsWith(files), { cpus: 1.2, memoryBytes: 100 * MIB });
});

t.test('a mount point with a space', async (t) => {
  const files = {
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': mount2('/', '/my\\040groups'),
    '/my groups/memory.max': '7',
  };
  t.equal(limitsWith(files).memoryBytes, 7);
});

t.test('what is missing or malformed limits nothing, and nothing throws', async (t) => {
  t.same(limitsWith({}), none);
  const words = fc.constantFrom(
    '0::/',
    '4:cpu,memory:/a',
    ':',
    ' - ',
    'cgroup2',
    'cgroup',
    '/',
    '-1',
    '0',
    'max',
    '1e3',
    '\n',
    ' ',
    '9',
    'NaN',
  );
  const text = fc.array(words).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (cgroup, mountinfo, other) => {
      const { cpus, memoryBytes } = readContainerLimits((path) =>
        path === '/proc/self/cgroup'
          ? cgroup
          : path === '/proc/self/mountinfo'
            ? mountinfo + mount2() + mount1('cpu,memory')
            : other,
      );
      for (const limit of [cpus, memoryBytes]) if (limit !== undefined && !(limit > 0 && Number.isFinite(limit))) return false;
      return true;
    }),
  );
  const place = { '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': mount2() };
  for (const wrong of ['', 'max', '0 100000', '100000 0', '-1 100000', '100000', 'x y', '1e5 100000'])
    t.equal(limitsWith({ ...place, '/sys/fs/cgroup/cpu.max': wrong }).cpus, undefined, `cpu.max ${wrong}`);
  for (const wrong of ['', '0', '-1', '1.5', '99999999999999999999', 'MAX'])
    t.equal(limitsWith({ ...place, '/sys/fs/cgroup/memory.max': wrong }).memoryBytes, undefined, `memory.max ${wrong}`);
});

const cpu = makeGroup(t, 'cpu', { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '70000' });
const memory = makeGroup(t, 'memory', { 'memory.limit_in_bytes': String(300 * MIB) });
const skip = cpu && memory ? false : needsGroups;

t.test('a process in real groups of version 1', { skip }, async (t) => {
  const script = `
    import { readContainerLimits } from ${JSON.stringify(join(findInstallation(), 'dist/src/base/container-limits.js'))};
    console.log(JSON.stringify(readContainerLimits()));`;
  const enter = [cpu, memory].map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ');
  const run = (before: string) =>
    spawnSync('sh', ['-c', `${enter} && ${before} "$@"`, 'sh', process.execPath, '--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
  const found = { cpus: 0.7, memoryBytes: 300 * MIB };
  const { stdout, stderr } = run('exec');
  t.same(JSON.parse(stdout || '{}'), found, stderr);
  // As container engines do it: a namespace, and mounts that show no more than its groups.
  const mounts = ['cpu', 'memory'].map((name) => `mkdir ${name} && mount -t cgroup -o ${name} cgroup ${name}`);
  const prepare = ['mount -t tmpfs none /sys/fs/cgroup', 'cd /sys/fs/cgroup', ...mounts].join(' && ');
  const inside = run(`exec unshare --cgroup --mount sh -c '${prepare} && exec "$@"' sh`);
  t.same(JSON.parse(inside.stdout || '{}'), found, `in a namespace of its own: ${inside.stderr}`);
});
