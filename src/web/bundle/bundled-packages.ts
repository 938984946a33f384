import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A package whose code is inside of built files. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** paths of the files, relative to the installation */
  readonly files: readonly string[];
}

/** For each file, by its path relative to the installation: the sources in it, and how much of each is left, as esbuild's metafile says. */
export type Outputs = Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>>;

/**
 * Lists the npm packages inside of built files, in the order of their names. Sources outside of `node_modules`, and those of which
 * nothing is left, do not count.
 * @param root of the installation, to which the paths of sources are relative
 */
export function listBundledPackages(root: string, outputs: Outputs): BundledPackage[] {
  const files = new Map<string, Set<string>>();
  for (const [file, { inputs }] of Object.entries(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(resolve(root, path).replaceAll('\\', '/'))?.[0];
      if (folder && bytesInOutput > 0) files.set(folder, (files.get(folder) ?? new Set()).add(file));
    }
  return [...files]
    .map(([folder, names]) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as BundledPackage;
      return { name, version, ...(license ? { license } : {}), files: [...names].sort() };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}
