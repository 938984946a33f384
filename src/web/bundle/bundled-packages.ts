import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A package whose code is inside of files that browsers load. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** names of the files in dist/web/site */
  readonly files: readonly string[];
}

/**
 * Lists the npm packages inside of files.
 * @param sources for each file the paths of what it was made of, absolute or relative to the working directory; those outside of
 * `node_modules` are ignored
 * @returns in the order of their names
 */
export function listBundledPackages(sources: Readonly<Record<string, readonly string[]>>): BundledPackage[] {
  const files = new Map<string, Set<string>>();
  for (const [file, paths] of Object.entries(sources))
    for (const path of paths) {
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(resolve(path).replaceAll('\\', '/'))?.[0];
      if (folder) files.set(folder, (files.get(folder) ?? new Set()).add(file));
    }
  return [...files]
    .map(([folder, names]) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as BundledPackage;
      return { name, version, ...(license ? { license } : {}), files: [...names].sort() };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
