import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { readModuleImports } from './module-imports.js';

const root = findInstallation();
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const diagram = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const imports = readModuleImports(join(root, 'src'));
const folders = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
const modules = folders.filter((folder) => folder.split('/').length === 2).map((folder) => folder.slice('src/'.length));

/** The diagram's arrows, one per pair: `a --> b & c` has two. */
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
  const drawn = new Set([...arrows].flatMap((arrow) => arrow.split(' --> ')));
  t.ok(arrows.size > 20 && imports.size > 20, 'diagram and sources could be read');
  const isDrawn = (arrow: string) => arrow.split(' --> ').every((module) => !notDrawn.has(module));
  const missing = [...imports].filter(([arrow]) => isDrawn(arrow) && !arrows.has(arrow));
  t.same(
    missing.map(([arrow, file]) => `add the line "  ${arrow}": ${file} imports it`),
    [],
    'the diagram in docs/architecture.md lacks no arrow',
  );
  const surplus = [...arrows].filter((arrow) => !imports.has(arrow));
  t.same(
    surplus.map((arrow) => `remove "${arrow}": no file imports it`),
    [],
    'the diagram in docs/architecture.md has no arrow too many',
  );
  const unclear = modules.filter((module) => drawn.has(module) === notDrawn.has(module));
  t.same(
    unclear.map((module) => `draw src/${module}, or name it in the line "%% not drawn:"`),
    [],
    'each module is either drawn or named in the line "%% not drawn:"',
  );
  const unknown = [...notDrawn].filter((module) => !modules.includes(module));
  t.same(unknown, [], 'each name in the line "%% not drawn:" is a module');
});

t.test('base imports no module, config only base, and no module imports commands', async (t) => {
  const forbidden = [...imports].filter(
    ([arrow]) =>
      arrow.startsWith('base -->') ||
      (arrow.startsWith('config -->') && arrow !== 'config --> base') ||
      arrow.endsWith('--> commands'),
  );
  t.same(forbidden, []);
});

t.test('each folder below src has one line', async (t) => {
  const lines = [...text.matchAll(/^\| `(src\/[^`]+)` \|/gm)].map(([, folder]) => folder!);
  const missing = folders.filter((folder) => !lines.includes(folder));
  t.same(
    missing.map((folder) => `add "| \`${folder}\` | … |" to the table of modules in docs/architecture.md`),
    [],
  );
  const surplus = lines.filter((folder) => !folders.includes(folder));
  t.same(
    surplus.map((folder) => `remove the line of ${folder} from docs/architecture.md: there is no such folder`),
    [],
  );
  t.equal(new Set(lines).size, lines.length, 'no folder twice');
});

t.test('each path exists', async (t) => {
  const paths = [...text.matchAll(/`((?:src|test|bench|docs|models)\/[^`<\s]*)`/g)].map(([, path]) => path!);
  t.ok(paths.length > 80, 'the paths could be read');
  const missing = paths.filter((path) => !existsSync(join(root, path)));
  t.same(missing, [], 'paths in docs/architecture.md that do not exist');
});
