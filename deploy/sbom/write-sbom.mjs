// Prints what a finished image holds, as CycloneDX 1.6: npm packages, models, Node and the system's packages. It reads what is there and
// not what was asked for, so it runs in the image itself, as the last step of the build, and needs Node alone.
//   node write-sbom.mjs --app /app [--bundled FILE]… [--system /]
// --app      folder with package.json, node_modules and models
// --bundled  the packages inside of built files, which need not be in node_modules: `npm run build` lists them in dist/packages.json
//            (the server's) and dist/web/packages.json (those of files for browsers)
// --system   root of the file system with dpkg's database
// SOURCE_DATE_EPOCH, seconds, is its timestamp; without it there is none. The output is otherwise the same for the same files.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listModels } from './models.mjs';
import { describeNode } from './node-runtime.mjs';
import { listNpmPackages, resolveDependencies, toComponent } from './npm-packages.mjs';
import { listSystemPackages } from './system-packages.mjs';

const options = {
  app: { type: 'string', default: '/app' },
  bundled: { type: 'string', multiple: true, default: [] },
  system: { type: 'string', default: '/' },
};

function writeSbom({ app, bundled, system }, epoch) {
  const { name, version, description, license } = readJson(join(app, 'package.json'));
  const npm = listNpmPackages(app);
  const others = [...listModels(join(app, 'models')), describeNode(), ...listSystemPackages(system)];
  const inFiles = bundled.flatMap(readJson).map(describeBundled);
  const components = merge([...npm.components, ...inFiles, ...others]);
  const self = {
    type: 'application',
    'bom-ref': name,
    name,
    version,
    description,
    licenses: [{ expression: license }],
    purl: `pkg:npm/${name}@${version}`,
  };
  const direct = [...resolveDependencies(app, app), ...[...inFiles, ...others].map((one) => one['bom-ref'])];
  const dependencies = [[name, direct], ...npm.dependencies].map(([ref, dependsOn]) => ({
    ref,
    dependsOn: [...new Set(dependsOn)].sort(),
  }));
  const content = {
    metadata: {
      ...(epoch ? { timestamp: new Date(Number(epoch) * 1000).toISOString() } : {}),
      lifecycles: [{ phase: 'post-build' }],
      component: self,
    },
    components: components.sort(byRef),
    dependencies: dependencies.sort((a, b) => compare(a.ref, b.ref)),
  };
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: toSerialNumber(content), version: 1, ...content };
}

/** A package inside of built files. */
function describeBundled({ files, ...description }) {
  const component = toComponent(description);
  component.evidence.occurrences = files.map((location) => ({ location }));
  return component;
}

/** One component for each reference: a package can be installed, and be inside of files as well. */
function merge(components) {
  const merged = new Map();
  for (const component of components) {
    const known = merged.get(component['bom-ref']);
    if (known) known.evidence.occurrences.push(...component.evidence.occurrences);
    else merged.set(component['bom-ref'], component);
  }
  return [...merged.values()];
}

/** A UUID (version 8) of the content. */
function toSerialNumber(content) {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const compare = (a, b) => (a < b ? -1 : Number(a > b));
const byRef = (a, b) => compare(a['bom-ref'], b['bom-ref']);

try {
  const { values } = parseArgs({ options });
  const sbom = writeSbom({ ...values, app: resolve(values.app) }, process.env.SOURCE_DATE_EPOCH);
  process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`);
} catch (error) {
  console.error(`SBOM: ${error.message}`);
  process.exitCode = 1;
}
