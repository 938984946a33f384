import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation } from './installation.js';

/**
 * How the `triface` command of this installation is run, for messages: `npx triface` in a checkout, and `triface` in an image,
 * which has it on the PATH and neither npx nor the sources.
 */
export const commandName = existsSync(join(findInstallation(), 'src', 'launch.mjs')) ? 'npx triface' : 'triface';
