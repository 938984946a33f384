import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

// `npm run kernels` (node dist/tools/compile-kernels.js --write) compiles the kernels into bytes in src/, so that only developers need
// a compiler. test/tools/compile-kernels.test.ts checks that sources and bytes agree.

/** A WebAssembly module whose bytes are in the sources. */
export interface Kernel {
  /** its source in AssemblyScript, relative to the installation */
  readonly source: string;
  /** the TypeScript file with its bytes */
  readonly target: string;
  /** what that file exports */
  readonly constant: string;
}

/** All kernels. */
export const kernels: readonly Kernel[] = [
  {
    source: 'src/gallery/index/bounds.assembly.ts',
    target: 'src/gallery/index/bounds-binary.ts',
    constant: 'boundsBinary',
  },
  {
    source: 'src/imaging/kernels/kernels.assembly.ts',
    target: 'src/imaging/kernels/kernels-binary.ts',
    constant: 'kernelsBinary',
  },
];

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles a kernel, and prints it as the TypeScript file that carries it. @throws Error with the compiler's messages */
export async function compileKernel({ source, constant }: Kernel): Promise<string> {
  const bytes = await compileAssemblyScript(source);
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,120}/g)!;
  return `/** ${source.split('/').pop()}, compiled by \`npm run kernels\`, as base64 in lines. Do not edit. */\nexport const ${constant} = [\n${lines.map((line) => `  '${line}',\n`).join('')}];\n`;
}

/** No runtime and no garbage collector: the kernels use plain addresses in a memory that the caller provides. */
const options = [
  '-O3',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--enable',
  'simd',
  '--outFile',
  'out.wasm',
];

async function compileAssemblyScript(source: string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main([source, ...options], {
    readFile: (name, baseDir) => {
      try {
        return readFileSync(join(root, baseDir === '.' ? '' : baseDir, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') bytes = contents;
    },
    listFiles: () => null,
  });
  if (error || !bytes) throw new Error(`${source}: ${stderr.toString() || error?.message}`);
  return bytes;
}

/** The file as it is. */
export const readTarget = ({ target }: Kernel): string => readFileSync(join(root, target), 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  for (const kernel of kernels) {
    const compiled = await compileKernel(kernel);
    // A file that is written counts as changed, and what is built of it as out of date.
    if (readTarget(kernel) === compiled) continue;
    writeFileSync(join(root, kernel.target), compiled);
    console.log(`wrote ${kernel.target}`);
  }
}
