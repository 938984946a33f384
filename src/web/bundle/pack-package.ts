import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** The package name that pages written for the vendor's element import. */
export const packageName = 'idlive-face-capture-web';

/**
 * Name of a second module, beside the main one, that some pages written for the vendor's element load in its place. Here the two are
 * the same.
 */
export const secondModuleName = 'index-idlf-detector.js';

/** Text of a module that is the same as another one of its folder. */
export const reexport = (name: string): string => `export * from './${name}';\n`;

/** Modification time of every file, so that the package is reproducible: 1985-10-26, as npm itself writes. */
const writtenAt = new Date(499_162_500_000);

/**
 * Creates the component's npm package, for `npm install <file>.tgz`.
 * @param root of the installation
 * @param module the bundled component
 */
export async function packPackage(root: string, version: string, module: Uint8Array): Promise<Uint8Array> {
  const from = (path: string): Promise<Uint8Array> => readFile(join(root, path));
  const entry = { types: './index.d.ts', default: './index.js' };
  const description = {
    name: packageName,
    version,
    description: 'Web component that takes a selfie and seals it for a Triface server: <idlive-face-capture>',
    license: 'Apache-2.0',
    type: 'module',
    main: './index.js',
    module: './index.js',
    types: './index.d.ts',
    exports: {
      '.': entry,
      './index.js': entry,
      [`./${secondModuleName}`]: { types: './index.d.ts', default: `./${secondModuleName}` },
      './react': { types: './react.d.ts' },
      './package.json': './package.json',
    },
    // Importing it defines the element.
    sideEffects: true,
  };
  const files: Readonly<Record<string, Uint8Array | string>> = {
    'package.json': `${JSON.stringify(description, null, 2)}\n`,
    'index.js': module,
    [secondModuleName]: reexport('index.js'),
    // It holds declarations only and imports nothing, so it is a declaration file as it stands.
    'index.d.ts': await from('src/web/component/public-api.ts'),
    'react.d.ts': await from('src/web/package/react.d.ts'),
    'README.md': await from('src/web/package/README.md'),
    'THIRD-PARTY.md': await from('src/web/package/THIRD-PARTY.md'),
    LICENSE: await from('LICENSE'),
  };
  const folder = await mkdtemp(join(tmpdir(), 'triface-package-'));
  try {
    const names = Object.keys(files).map((name) => `package/${name}`);
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), files[name.slice('package/'.length)]!);
    }
    const chunks: Buffer[] = [];
    // `portable` omits owners and similar metadata; the order of the names is fixed.
    for await (const chunk of create({ cwd: folder, gzip: { level: 9 }, portable: true, mtime: writtenAt }, names))
      chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
