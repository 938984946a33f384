import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';
import { ConfigSchema } from '../../src/config/schema.js';

const root = findInstallation();
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Service {
  readonly build?: { readonly args: Readonly<Record<string, string>> };
  readonly image: string;
  readonly environment: readonly string[];
}

const { services } = parse(read('docker-compose.yml')) as { services: Record<string, Service> };
const triface = services.triface!;

/** Settings that name addresses and folders inside of the image, which the compose file publishes and mounts itself. */
const fixedByImage = ['HOST', 'PORT', 'DATA_DIR', 'TRIFACE_MODELS_DIR'];

t.test('the compose file passes every setting', async (t) => {
  const settings = Object.keys(ConfigSchema.properties).filter((name) => !fixedByImage.includes(name));
  t.same([...triface.environment].sort(), settings.sort());
  t.equal(new Set(triface.environment).size, triface.environment.length, 'none twice');
});

t.test('the compose file passes the arguments of the Dockerfile, with its defaults', async (t) => {
  const defaults = new Map([...read('Dockerfile').matchAll(/^ARG (\w+)=(\S*)$/gm)].map(([, name, value]) => [name!, value!]));
  const passed = triface.build!.args;
  for (const [name, value] of defaults) {
    // It is that of package.json, and not to be changed by whatever VERSION the user's environment has.
    if (name === 'VERSION') t.equal(value, JSON.parse(read('package.json')).version);
    else t.equal(passed[name], `\${${name}:-${value}}`, name);
  }
});

t.test('images that are not built here have full names', async (t) => {
  for (const [name, { build, image }] of Object.entries(services)) {
    // Podman has no default registry.
    if (!build) t.match(image, /^[^/]+\.[^/]+\/.+:.+$/, name);
  }
});

const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
t.test('docker-compose accepts the file', { skip: hasCompose ? false : 'needs docker-compose' }, async (t) => {
  // Colours and warnings would be on standard error: an unset variable without a default is such a warning.
  const { status, stdout, stderr } = spawnSync('docker-compose', ['--profile', 'postgres', 'config'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TRIFACE_REALM: 'from-outside', IMAGE: 'registry.example/triface:1' },
  });
  t.equal(status, 0, stderr);
  t.equal(stderr, '');
  const accepted = (parse(stdout) as { services: Record<string, { image: string; environment: Record<string, unknown> }> })
    .services;
  t.equal(accepted.triface!.image, 'registry.example/triface:1');
  t.equal(accepted.triface!.environment.TRIFACE_REALM, 'from-outside');
});
