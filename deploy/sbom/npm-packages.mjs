import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * The npm packages that are in a folder, wherever a `node_modules` in it is. Copies of one version are one component with several
 * places.
 * `npm sbom` is not used: npm 11.19 refuses a tree without development packages, and left pacote out, among others.
 * @param {string} app folder to search
 * @returns {{ components: object[], dependencies: Map<string, string[]> }} CycloneDX components, and per `bom-ref` those it depends on
 */
export function listNpmPackages(app) {
  const folders = findModuleFolders(app).flatMap(listPackages);
  const components = new Map();
  const dependencies = new Map();
  for (const folder of folders) {
    const description = describe(folder);
    const component = components.get(toPurl(description)) ?? toComponent(description);
    components.set(component['bom-ref'], component);
    component.evidence.occurrences.push({ location: relative(app, folder) });
    const known = dependencies.get(component['bom-ref']) ?? [];
    dependencies.set(component['bom-ref'], [...known, ...resolveDependencies(app, folder, description)]);
    addBundledLibraries(component, folder);
  }
  return { components: [...components.values()], dependencies };
}

/**
 * The packages that a folder's package.json requires, as `bom-ref`s. Optional ones and peers that are not installed are left out.
 * @param {string} app folder above which nothing is searched
 * @param {string} folder of the package
 */
export function resolveDependencies(app, folder, description = describe(folder)) {
  const { dependencies, optionalDependencies, peerDependencies } = description;
  return Object.keys({ ...peerDependencies, ...dependencies, ...optionalDependencies }).flatMap((name) => {
    for (let at = folder; at.startsWith(app); at = dirname(at)) {
      const found = join(at, 'node_modules', name);
      if (existsSync(join(found, 'package.json'))) return [toPurl(describe(found))];
    }
    return [];
  });
}

/** The component of a package that was bundled into a file. @param {{ name: string, version: string, license?: string }} description */
export const toComponent = (description) => ({
  type: 'library',
  'bom-ref': toPurl(description),
  name: description.name,
  version: description.version,
  ...toLicenses(description),
  purl: toPurl(description),
  evidence: { occurrences: [] },
});

/** Every `node_modules` below a folder. */
function findModuleFolders(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    return entry.name === 'node_modules' ? [path, ...findModuleFolders(path)] : findModuleFolders(path);
  });
}

function listPackages(modules) {
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((scoped) => join(name, scoped)) : [name],
  );
  return names.map((name) => join(modules, name)).filter((folder) => existsSync(join(folder, 'package.json')));
}

const describe = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const toPurl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;

/** SPDX where the package says it; old packages have an object or a list of them. */
function toLicenses({ license, licenses }) {
  const stated = [license ?? licenses ?? []].flat().map((one) => (typeof one === 'string' ? one : one.type));
  const names = stated.filter(Boolean);
  if (names.length === 0) return {};
  const isSpdx = names.length === 1 && /^[\w.+() -]+$/.test(names[0]) && !/^(SEE|UNLICENSED)\b/.test(names[0]);
  return { licenses: isSpdx ? [{ expression: names[0] }] : names.map((name) => ({ license: { name } })) };
}

/** sharp's package of libvips is one library made of many, whose versions it lists. */
function addBundledLibraries(component, folder) {
  const path = join(folder, 'versions.json');
  if (!component.name.startsWith('@img/sharp-libvips') || !existsSync(path)) return;
  component.components = Object.entries(JSON.parse(readFileSync(path, 'utf8'))).map(([name, version]) => ({
    type: 'library',
    'bom-ref': `${component['bom-ref']}#${name}`,
    name,
    version,
  }));
}
