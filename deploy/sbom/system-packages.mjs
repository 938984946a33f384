import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The operating system and its packages, as dpkg's own database lists them. dpkg itself is not needed.
 * @param {string} root of the file system
 * @returns {object[]} CycloneDX components
 * @throws Error if there is no such database
 */
export function listSystemPackages(root) {
  const release = readRelease(root);
  const packages = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')
    .split(/\n\n+/)
    .map(parseFields)
    .filter(({ Status }) => Status === 'install ok installed');
  return [
    {
      type: 'operating-system',
      'bom-ref': `os:${release.ID}@${release.VERSION_ID}`,
      name: release.ID,
      version: release.VERSION_ID,
      description: release.PRETTY_NAME,
    },
    ...packages.map((fields) => toComponent(fields, release)),
  ];
}

function toComponent({ Package, Version, Architecture, Source = Package }, { ID, VERSION_ID }) {
  // "name (version)": the source has a version of its own
  const [, source, sourceVersion = Version] = /^(\S+)(?: \((.+)\))?$/.exec(Source);
  const qualifiers = new URLSearchParams({ arch: Architecture, distro: `${ID}-${VERSION_ID}` });
  // Vulnerabilities are reported for source packages.
  if (source !== Package || sourceVersion !== Version) qualifiers.set('upstream', `${source}@${sourceVersion}`);
  const purl = `pkg:deb/${ID}/${encodeURIComponent(Package)}@${encodeURIComponent(Version)}?${qualifiers}`;
  return { type: 'library', 'bom-ref': purl, name: Package, version: Version, purl };
}

const parseFields = (paragraph) =>
  Object.fromEntries([...paragraph.matchAll(/^(\S+): (.*)$/gm)].map(([, name, value]) => [name, value]));

function readRelease(root) {
  const text = readFileSync(join(root, 'etc/os-release'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^(\w+)="?(.*?)"?$/gm)].map(([, name, value]) => [name, value]));
}
