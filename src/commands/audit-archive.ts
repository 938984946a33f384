import type { Command } from 'commander';
import { archiveAudit } from '../audit/archive-audit.js';
import { ChainBreak } from '../audit/follow-chain.js';
import { commandName } from '../base/command-name.js';
import { type ArchiveWords, addArchiveOptions, readArchiveOptions } from './archive-options.js';
import { CommandError } from './command-error.js';
import { withGallery } from './with-gallery.js';

/** `triface audit archive`. */
export function addAuditArchiveCommand(audit: Command): void {
  addArchiveOptions(
    audit
      .command('archive')
      .description('verify the oldest records, move them to a file, and delete them from the database. Keep the file'),
    'records',
  ).action((words: ArchiveWords) =>
    withGallery('audit archive', async ({ store, audit, changes }) => {
      const options = readArchiveOptions(words, store.now());
      const archived = await archiveAudit({ db: store.db, audit, changes }, options).catch((error: unknown) => {
        if (!(error instanceof ChainBreak)) throw error;
        throw new CommandError(
          `the chain is broken at record ${error.sequence}: ${error.message}. No record was deleted. Keep the database as it is, and find out who changed it (${commandName} audit verify)`,
          { cause: error },
        );
      });
      if (!archived) return console.log('no record is that old: no file was written');
      const { first, last, deleted, sha256 } = archived;
      console.log(`records ${first} to ${last} in ${words.to}, ${deleted} deleted from the database\nSHA-256 ${sha256}`);
      console.log(`to verify them with the rest: ${commandName} audit verify --archive ${words.to}`);
    }),
  );
}
