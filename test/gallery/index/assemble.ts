import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';

// `npm run assemble` (node dist/test/gallery/index/assemble.js --write) compiles dot-products.wat into the bytes in src/, so that only
// developers need wabt. template-memory.test.ts checks that the two match.
const source = fileURLToPath(new URL('../../../../src/gallery/index/dot-products.wat', import.meta.url));
const target = fileURLToPath(new URL('../../../../src/gallery/index/dot-products-binary.ts', import.meta.url));

/** WebAssembly text to bytes. @throws the compiler's message with line and column */
export async function assembleText(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const module = (await openWabt()).parseWat('module.wat', text, { simd: true });
  try {
    module.validate();
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** The bytes of src/gallery/index/dot-products.wat. */
export const assembleDotProducts = (): Promise<Uint8Array<ArrayBuffer>> => assembleText(readFileSync(source, 'utf8'));

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  const lines = Buffer.from(await assembleDotProducts())
    .toString('base64')
    .match(/.{1,120}/g)!;
  writeFileSync(
    target,
    `/** dot-products.wat, compiled by \`npm run assemble\`, as base64 in lines. Do not edit. */\nexport const dotProductsBinary = [\n${lines.map((line) => `  '${line}',\n`).join('')}];\n`,
  );
  console.log(`wrote ${target}`);
}
