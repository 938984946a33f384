/** Versions that name an interface and not a library. */
const interfaces = new Set(['node', 'modules', 'napi']);

/** The Node that runs this, with the libraries inside of it. @returns {object} a CycloneDX component */
export function describeNode() {
  const { node, ...libraries } = process.versions;
  const purl = `pkg:generic/node@${node}`;
  return {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version: node,
    licenses: [{ expression: 'MIT' }],
    cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
    purl,
    components: Object.entries(libraries)
      .filter(([name]) => !interfaces.has(name))
      .map(([name, version]) => ({ type: 'library', 'bom-ref': `${purl}#${name}`, name, version })),
    evidence: { occurrences: [{ location: process.execPath }] },
  };
}
