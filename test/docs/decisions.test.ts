import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findInstallation } from '../../src/base/installation.js';

const folder = join(findInstallation(), 'docs/decisions');
const head = /^# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (.+)\.\n/;

t.test('the index of decisions has one line per file, with its title, date and status', async (t) => {
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
  const expected = names.sort().map((name) => {
    const match = head.exec(readFileSync(join(folder, name), 'utf8'));
    t.ok(match, `${name} begins with "# N. Title", an empty line and "Date: YYYY-MM-DD. Status: …."`);
    const [, number, title, date, status] = match ?? [];
    t.equal(Number(number), Number(name.slice(0, 4)), `${name}: its number`);
    return `| ${number} | [${title}](${name}) | ${date} | ${status} |`;
  });
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  t.same(index.match(/^\| \d.*$/gm), expected, 'docs/decisions/README.md');
  t.equal(new Set(names.map((name) => name.slice(0, 4))).size, names.length, 'no number twice');
});
