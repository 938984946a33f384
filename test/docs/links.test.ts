import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';

const root = findInstallation();
const listMarkdown = (folder: string, recursive = true): string[] =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** GitHub's anchors of a document's headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const withoutBlocks = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

t.test('each relative link in Markdown leads to a file, and its anchor to a heading', async (t) => {
  const files = [...listMarkdown('', false), ...['docs', 'models', 'src', 'test'].flatMap((folder) => listMarkdown(folder))];
  t.ok(files.length > 30);
  let links = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, target] of withoutBlocks(text)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      links += 1;
      const [path, anchor] = target!.split('#');
      const linked = path === '' ? join(root, file) : resolve(root, dirname(file), path!);
      if (!t.ok(existsSync(linked), `${file}: ${target} exists`) || anchor === undefined) continue;
      t.ok(anchorsOf(readFileSync(linked, 'utf8')).has(anchor), `${file}: ${target} is a heading`);
    }
  }
  t.ok(links > 50, 'the links could be read');
});
