import type { Command } from 'commander';
import { describeConfig } from '../config/describe.js';

/** `triface config`: what the environment may say, with every default. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => {
      const settings = describeConfig();
      if (options.json) return console.log(JSON.stringify(settings, null, 2));
      for (const s of settings) console.log(`${s.name}=${s.default}\n    ${s.takes}. ${s.description}\n`);
    });
}
