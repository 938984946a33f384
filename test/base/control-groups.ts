import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

/** For tap's `skip`, where {@link makeGroup} gives undefined. */
export const needsGroups = 'needs Linux with cgroup version 1, and root';

/** A real control group of version 1 with these settings, which goes with the test. @returns its folder; undefined if none can be created */
export function makeGroup(t: Test, controller: 'cpu' | 'memory', settings: Readonly<Record<string, string>>): string | undefined {
  const folder = `/sys/fs/cgroup/${controller}/triface-test-${process.pid}`;
  try {
    mkdirSync(folder);
    t.teardown(() => rmdirSync(folder));
    for (const [name, text] of Object.entries(settings)) writeFileSync(join(folder, name), text);
    return folder;
  } catch {
    return undefined;
  }
}
