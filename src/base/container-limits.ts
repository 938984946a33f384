import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** What the control groups (cgroups) of this process allow it. */
export interface ContainerLimits {
  /** cores' worth of CPU time, for example 0.5; undefined: no quota */
  readonly cpus: number | undefined;
  /** bytes of memory; undefined: no limit */
  readonly memoryBytes: number | undefined;
}

/** Reads a text file. @returns undefined if it cannot be read */
export type ReadText = (path: string) => string | undefined;

/** A mounted hierarchy of control groups. */
interface Mount {
  /** controllers of version 1; empty for version 2, which has one hierarchy for all */
  readonly controllers: readonly string[];
  /** the group that the mount shows at `point` */
  readonly root: string;
  readonly point: string;
}

/** The path of this process's group, by controller of version 1; version 2 has the name `''`. */
type Groups = ReadonlyMap<string, string>;

/**
 * Reads the limits of this process's control groups, version 1, version 2 or both, and of all groups above them: the strictest
 * one holds. What is missing or not understood limits nothing, as on systems other than Linux.
 *
 * Node knows only a part: `os.availableParallelism` ignores quotas before Node 22, and those of version 1 inside a container.
 * `process.constrainedMemory` ignores the groups above, and takes the soft limit of version 1 (`--memory-reservation`) for one.
 */
export function readContainerLimits(read: ReadText = readText): ContainerLimits {
  const mounts = parseMounts(read('/proc/self/mountinfo') ?? '');
  const groups = parseGroups(read('/proc/self/cgroup') ?? '');
  const limitsOf = (controller: string, readLimit: (folder: string) => (number | undefined)[]) =>
    findFolders(mounts, groups, controller).flatMap(readLimit);
  const number = (path: string) => parseLimit(read(path));
  return {
    cpus: least([
      ...limitsOf('cpu', (folder) => [ratio(number(`${folder}/cpu.cfs_quota_us`), number(`${folder}/cpu.cfs_period_us`))]),
      ...limitsOf('', (folder) => {
        const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(/\s+/);
        return [ratio(parseLimit(quota), parseLimit(period))];
      }),
    ]),
    memoryBytes: least([
      ...limitsOf('memory', (folder) => [number(`${folder}/memory.limit_in_bytes`)]),
      // Above `high` a group is not killed, but slowed down until it hardly runs.
      ...limitsOf('', (folder) => [number(`${folder}/memory.max`), number(`${folder}/memory.high`)]),
    ]),
  };
}

/** The folders of the group and of those above it, as far as they are mounted. Some may not exist. */
function findFolders(mounts: readonly Mount[], groups: Groups, controller: string): string[] {
  const candidates = mounts.filter(({ controllers }) =>
    controller === '' ? controllers.length === 0 : controllers.includes(controller),
  );
  const group = groups.get(controller);
  if (group === undefined) return [];
  const mount = candidates.find(({ root }) => isWithin(group, root));
  // A container without a cgroup namespace sees the host's path, and its own group where the hierarchy is mounted.
  if (!mount) return candidates.slice(0, 1).map(({ point }) => point);
  const folders = [mount.point];
  for (const name of posix.relative(mount.root, group).split('/'))
    if (name !== '') folders.push(posix.join(folders.at(-1)!, name));
  return folders;
}

/** `/../x` is outside the namespace of the process that reads it. */
const isWithin = (group: string, root: string): boolean =>
  !`${group}/`.includes('/../') && (root === '/' || group === root || group.startsWith(`${root}/`));

/** @param text of /proc/self/cgroup: lines such as `4:cpu,cpuacct:/docker/1f` and `0::/` */
function parseGroups(text: string): Groups {
  const lines = text.split('\n').map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? match[1]!.split(',').map((name) => [name, match[2]!] as const) : [])));
}

/** @param text of /proc/self/mountinfo, see proc(5) */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , , root, point] = before!.split(' ').map(decodePath);
    const [type, , options] = (after ?? '').split(' ');
    if (root === undefined || point === undefined) return [];
    if (type === 'cgroup2') return [{ root, point, controllers: [] }];
    return type === 'cgroup' && options ? [{ root, point, controllers: options.split(',') }] : [];
  });
}

/** Spaces and backslashes in paths are written in octal. */
const decodePath = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** @returns undefined for `max`, -1, and version 1's largest number, which all stand for "no limit" */
function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text.trim())) return undefined;
  const limit = Number(text);
  return limit > 0 && limit <= Number.MAX_SAFE_INTEGER ? limit : undefined;
}

const ratio = (quota: number | undefined, period: number | undefined): number | undefined =>
  quota === undefined || period === undefined ? undefined : quota / period;

function least(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
