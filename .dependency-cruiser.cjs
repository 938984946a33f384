// The direction of imports, drawn in docs/architecture.md. Every module may import `base`, which imports nothing of ours.
const layer = (name, allowed) => ({
  name,
  severity: 'error',
  comment: `src/${name} may import only: ${['base', ...allowed].join(', ')}`,
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/(${[name, 'base', ...allowed].join('|')})/`] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/launch[.]mjs$', '^src/base/webassembly[.]d[.]ts$', '[.]assembly[.]ts$'],
      },
      to: {},
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment: 'build.mjs and dev.mjs run in a checkout only, and what the capture component needs is bundled when it is built',
      from: { path: '^src/', pathNot: '^src/(web/(bundle|component)/|(build|dev)[.]mjs$)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
    },
    { name: 'not-to-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|tools)/' } },
    layer('base', []),
    layer('config', []),
    layer('imaging', []),
    layer('threads', []),
    layer('inference', ['imaging', 'threads']),
    layer('storage', ['threads']),
    layer('keys', []),
    layer('analysis', ['inference', 'imaging', 'threads']),
    layer('evaluation', ['analysis', 'inference']),
    layer('identity', ['audit', 'storage', 'keys', 'threads']),
    layer('vault', ['storage', 'keys', 'imaging']),
    layer('audit', ['storage', 'keys']),
    layer('scans', ['storage', 'vault', 'analysis', 'imaging']),
    layer('gallery', ['storage', 'vault', 'audit', 'scans', 'analysis', 'threads']),
    layer('platform', ['identity']),
    layer('capture', ['scans', 'analysis', 'storage', 'imaging', 'keys']),
    layer('web', ['capture', 'inference', 'imaging', 'platform']),
    layer('contracts', ['analysis', 'capture', 'gallery', 'scans', 'identity', 'platform']),
    {
      name: 'server-on-top',
      severity: 'error',
      comment: 'src/server starts and stops everything: only commands import it',
      from: { path: '^src/', pathNot: '^src/(server|commands)/' },
      to: { path: '^src/server/' },
    },
    {
      name: 'models-know-no-packs',
      severity: 'error',
      comment:
        'packs describe and run added models; the shipped models do not depend on them. inference/face-models.ts composes both',
      from: { path: '^src/inference/models/' },
      to: { path: '^src/inference/packs/' },
    },
    {
      name: 'config-values-come-as-arguments',
      severity: 'error',
      comment: 'config types may be imported anywhere, config values only by app, server and commands',
      from: {
        path: '^src/(analysis|audit|base|capture|contracts|evaluation|gallery|identity|imaging|inference|keys|platform|scans|storage|threads|vault|web)/',
      },
      to: { path: '^src/config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-never-import-each-other',
      severity: 'error',
      from: { path: '^src/contracts/([^/]+)/' },
      to: { path: '^src/contracts/', pathNot: '^src/contracts/$1/' },
    },
    {
      name: 'contracts-know-no-engine',
      severity: 'error',
      from: { path: '^src/contracts/' },
      to: { path: 'node_modules/(onnxruntime-node|sharp|kysely|libsql|pg)/' },
    },
    {
      name: 'onnxruntime-in-one-place',
      severity: 'error',
      comment:
        'inference/onnxruntime.ts switches its telemetry off before it is loaded; biome.json has the same rule for tests and benches',
      from: { path: '^src/', pathNot: '^src/inference/onnxruntime[.]ts$' },
      to: { path: 'node_modules/onnxruntime-node/' },
    },
    {
      name: 'sharp-in-one-place',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/imaging/decode[.]ts$' },
      to: { path: 'node_modules/sharp/' },
    },
    {
      name: 'core-knows-no-fastify',
      severity: 'error',
      from: {
        path: '^src/(analysis|audit|base|capture|evaluation|gallery|identity|imaging|inference|keys|scans|storage|threads|vault)/',
      },
      to: { path: 'node_modules/@?fastify' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
