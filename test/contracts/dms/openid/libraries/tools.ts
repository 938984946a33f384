import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../../../../src/base/installation.js';

/** Addresses of the applications and of the server: both listen on loopback. */
export const loopback = 'http://127.0.0.1:';

/** Prints the versions of the libraries that a test runs. */
export function announce(t: Test, ...names: string[]): void {
  for (const name of names) {
    const path = join(findInstallation(), 'node_modules', name, 'package.json');
    t.comment(`${name} ${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`);
  }
}
