import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The module that a file belongs to: the folder directly below `src`; undefined for files in `src` itself and outside of it. */
function moduleOf(file: string, src: string): string | undefined {
  const parts = relative(src, file).split('/');
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
}

/**
 * Reads every import between the modules below `src`, type imports and `import()` included.
 * @returns the imports as `importer --> imported`, each with one file that has it
 */
export function readModuleImports(src: string): Map<string, string> {
  const arrows = new Map<string, string>();
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const name of names) {
    const file = join(src, name);
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
    const importer = moduleOf(file, src);
    for (const { fileName } of importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const imported = moduleOf(resolve(dirname(file), fileName), src);
      if (importer && imported && importer !== imported) arrows.set(`${importer} --> ${imported}`, `src/${name}`);
    }
  }
  return arrows;
}
