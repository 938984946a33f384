import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';

const root = findInstallation();
/** The pages of the contracts, and how many statements of the vendor's page each of them lists at least. */
const pages = { apptenticate: 30, 'face-liveness': 15, dms: 19 };

/** The rows of the tables "statement, behaviour, test" of a page. */
function readRows(text: string): string[][] {
  const tables = text.split(/^## Statements of /m).slice(1);
  return tables.flatMap((table) =>
    [...table.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => row!.split(/(?<!\\) \| /)).filter(([first]) => first !== 'statement'),
  );
}

for (const [page, least] of Object.entries(pages)) {
  t.test(`each statement of ${page}.md names a test that exists`, async (t) => {
    const file = join(root, 'docs/contracts', `${page}.md`);
    const rows = readRows(readFileSync(file, 'utf8'));
    t.ok(rows.length >= least, `${rows.length} statements`);
    for (const cells of rows) {
      t.equal(cells.length, 3, cells[0]!);
      const links = [...cells[2]!.matchAll(/\]\((\S+\.test\.ts)(?: "([^"]+)")?\)/g)];
      t.ok(links.length > 0, `${cells[0]}: has a test`);
      for (const [, path, title] of links) {
        const linked = resolve(dirname(file), path!);
        if (!t.ok(existsSync(linked), `${path} exists`) || title === undefined) continue;
        t.ok(readFileSync(linked, 'utf8').includes(title), `${path} has “${title}”`);
      }
    }
  });
}
