import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';

const text = readFileSync(join(findInstallation(), 'docs/operations.md'), 'utf8');

interface Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly volumes: readonly { readonly name: string }[];
        readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string }[] }[];
      };
    };
  };
}

t.test('the Kubernetes manifest is valid YAML, and its parts fit together', async (t) => {
  const [, block] = /```yaml\n(apiVersion[\s\S]*?)```/.exec(text) ?? [];
  const { spec } = parse(block ?? '', { strict: true, uniqueKeys: true }) as Manifest;
  t.same(spec.selector.matchLabels, spec.template.metadata.labels, 'the selector finds the pods');
  const { volumes, containers } = spec.template.spec;
  t.same(
    containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name)),
    volumes.map(({ name }) => name),
    'every volume is mounted',
  );
});
