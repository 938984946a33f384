// The one direction of imports (docs/decisions/0001-house.md):
// app, cli → contracts, evaluation → gallery, capture → scans → analysis, vault, audit → inference, identity → storage, imaging → nothing of ours.
const layer = (name, path, allowed) => ({
  name,
  severity: 'error',
  comment: `${path} may import only: ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: `^src/(${path})/` },
  to: { path: '^src/', pathNot: [`^src/(${[path, ...allowed].join('|')})/`] },
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
        pathNot: ['^src/launch[.]mjs$', '^src/inference/worker[.]ts$', '^src/gallery/index/webassembly[.]d[.]ts$'],
      },
      to: {},
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment:
        "the capture component is bundled when the server is built: what it needs is in dist/ by then, as the compiler's work is",
      from: { path: '^src/', pathNot: '^src/capture/(bundle|component)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
    },
    { name: 'not-to-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    layer('imaging', 'imaging', []),
    layer('inference', 'inference', ['imaging']),
    layer('storage', 'storage', []),
    layer('analysis', 'analysis', ['inference', 'imaging']),
    layer('evaluation', 'evaluation', ['analysis']),
    layer('identity', 'identity', ['storage']),
    layer('vault', 'vault', ['storage', 'identity']),
    layer('audit', 'audit', ['storage', 'identity']),
    layer('scans', 'scans', ['storage', 'vault', 'analysis', 'imaging']),
    layer('gallery', 'gallery', ['storage', 'vault', 'audit', 'scans', 'analysis']),
    layer('platform', 'platform', ['identity', 'analysis']),
    layer('capture', 'capture', ['scans', 'analysis', 'inference', 'storage', 'imaging', 'identity']),
    layer('console', 'console', ['platform', 'capture']),
    layer('contracts', 'contracts', ['analysis', 'capture', 'gallery', 'scans', 'identity', 'platform']),
    {
      name: 'config-values-come-as-arguments',
      severity: 'error',
      comment: 'config types may be imported anywhere, config values only by app, cli, main and commands',
      from: {
        path: '^src/(analysis|audit|capture|console|contracts|evaluation|gallery|identity|imaging|inference|platform|scans|storage|vault)/',
      },
      to: { path: '^src/config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-never-import-each-other',
      severity: 'error',
      from: { path: '^src/contracts/([^/]+)/' },
      to: { path: '^src/contracts/', pathNot: ['^src/contracts/$1/', '^src/contracts/shared/'] },
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
      from: { path: '^src/', pathNot: '^src/inference/session[.]ts$' },
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
      from: { path: '^src/(analysis|audit|capture|evaluation|gallery|identity|imaging|inference|scans|storage|vault)/' },
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
