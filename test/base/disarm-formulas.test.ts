import fc from 'fast-check';
import t from 'tap';
import { disarmFormulas } from '../../src/base/disarm-formulas.js';

t.test('text that a spreadsheet would read as a formula', async (t) => {
  for (const [text, disarmed] of [
    ['=1+1', "'=1+1"],
    ['-5', "'-5"],
    ['x;=1+1;y', "x;'=1+1;y"],
    ['x;;@SUM(A1)', "x;;'@SUM(A1)"],
    ['x\t=1', "x\t'=1"],
    ['x|+1', "x|'+1"],
    ['x,-1', "x,'-1"],
    ['x؛=1', "x؛'=1"],
    ['x\r\n=1', "x\r\n'=1"],
    ['x; =1', "x; '=1"],
    ['x;"=1"', `x;"'=1"`],
    ['  =1', "  '=1"],
    ['＝1', "'＝1"],
    ['\t=1', "'\t'=1"],
    ['plain', 'plain'],
    ['a+b=c', 'a+b=c'],
    ['a - b; c', 'a - b; c'],
    ["'", "'"],
    ['', ''],
  ] as const)
    t.equal(disarmFormulas(text), disarmed, JSON.stringify(text));
});

t.test('no cell of any division begins with a formula', async (t) => {
  const letters = [...'a1 ;,|\t\r\n"\'=+-@＝؛'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 12 }), (parts) => {
      const quoted = disarmFormulas(parts.join('')).replaceAll('"', '""');
      // A spreadsheet may divide at one separator, or at all of them.
      for (const separator of [/[\r\n]/, /[,\r\n]/, /[;\r\n]/, /[\t\r\n]/, /[|\r\n]/, /[؛\r\n]/, /[,;\t|؛\r\n]/])
        for (const cell of quoted.split(separator)) if (/^[\s"]*[=+\-@＝]/.test(cell)) return false;
      return true;
    }),
    { numRuns: 5000, seed: 27 },
  );
  t.pass('5,000 texts');
});
