import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Asserts that axe-core finds no fault in the current view (WCAG 2.2 A and AA, and best practices), shadow roots included. */
export async function checkAccessibility(t: Test, page: Page, state: string): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => ({
    checked: passes.length,
    violations: violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.target.flat().join(' ') + ' ' + node.failureSummary)),
  }))`);
  const { checked, violations } = found as { checked: number; violations: string[] };
  t.ok(checked > 5, `${state}: axe-core checked ${checked} rules`);
  t.strictSame(violations, [], `${state}: axe-core finds nothing`);
}
