import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { readModuleImports } from './module-imports.js';

const root = findInstallation();
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const diagram = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
const modules = folders.map((folder) => folder.split('/').slice(1)).flatMap(([name, ...below]) => (below.length === 0 ? [name!] : []));

/** The diagram's arrows, one for each pair: `a --> b & c` are two. */
function readArrows(): Set<string> {
  const arrows = new Set<string>();
  for (const line of diagram.split('\n')) {
    const [importers, imported] = line.split('-->');
    if (imported === undefined) continue;
    for (const from of importers!.split('&')) for (const to of imported.split('&')) arrows.add(`${from.trim()} --> ${to.trim()}`);
  }
  return arrows;
}

t.test('the diagram shows the imports between the modules', async (t) => {
  const notDrawn = new Set(/%% not drawn: (.*)/.exec(diagram)?.[1]?.split(' '));
  const arrows = readArrows();
  t.ok(arrows.size > 20, 'the diagram could be read');
  const imports = readModuleImports(join(root, 'src'));
  for (const [arrow, file] of imports) {
    if (arrow.split(' --> ').some((module) => notDrawn.has(module))) continue;
    t.ok(arrows.has(arrow), `docs/architecture.md: add the line "  ${arrow}" to the diagram (${file} imports it)`);
  }
  for (const arrow of arrows) t.ok(imports.has(arrow), `docs/architecture.md: remove the arrow "${arrow}": no file imports it`);
  const drawn = new Set([...arrows].flatMap((arrow) => arrow.split(' --> ')));
  for (const module of modules) {
    t.ok(drawn.has(module) || notDrawn.has(module), `docs/architecture.md: draw src/${module}, or name it in the line "%% not drawn:"`);
    t.notOk(drawn.has(module) && notDrawn.has(module), `src/${module} is either drawn or not`);
  }
  for (const module of notDrawn) t.ok(modules.includes(module), `docs/architecture.md: remove "${module}" from "%% not drawn:"`);
});

t.test('what is not drawn keeps its rule: base imports no module, and no module imports commands', async (t) => {
  for (const [arrow, file] of readModuleImports(join(root, 'src'))) {
    const [from, to] = arrow.split(' --> ');
    t.not(from, 'base', `${file} must not import ${to}`);
    t.not(to, 'commands', `${file} must not import commands`);
  }
});

t.test('each folder below src has one line', async (t) => {
  const lines = [...text.matchAll(/^\| `(src\/[^`]+)` \|/gm)].map(([, folder]) => folder!);
  for (const folder of folders) t.ok(lines.includes(folder), `docs/architecture.md: add "| \`${folder}\` | … |" to the table of modules`);
  for (const folder of lines) t.ok(folders.includes(folder), `docs/architecture.md: remove the line of ${folder}: there is no such folder`);
  t.equal(new Set(lines).size, lines.length, 'no folder twice');
});

t.test('each path exists', async (t) => {
  const paths = [...text.matchAll(/`((?:src|test|bench|docs|models)\/[^`<\s]*)`/g)].map(([, path]) => path!);
  t.ok(paths.length > 80, 'the paths could be read');
  for (const path of paths) t.ok(existsSync(join(root, path)), `docs/architecture.md names ${path}, which does not exist`);
});
