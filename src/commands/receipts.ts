import type { Command } from 'commander';
import { archiveReceipts } from '../audit/archive-receipts.js';
import { commandName } from '../base/command-name.js';
import { type ArchiveWords, addArchiveOptions, readArchiveOptions } from './archive-options.js';
import { withGallery } from './with-gallery.js';

/** `triface receipts`: moves receipts of erasures to files. Works while servers are running. */
export function addReceiptsCommand(program: Command): void {
  const receipts = program.command('receipts');

  addArchiveOptions(
    receipts
      .command('archive')
      .description('move old receipts from the database to a file. Keep the file: a restored backup is compared with it'),
    'receipts of erasures',
  ).action((words: ArchiveWords) =>
    withGallery('receipts archive', async ({ store, audit, changes }) => {
      const options = readArchiveOptions(words, store.now());
      const archived = await archiveReceipts({ db: store.db, audit, changes }, options);
      if (!archived) return console.log('no receipt is that old: no file was written');
      const { receipts, deleted, sha256 } = archived;
      console.log(`${receipts} receipts in ${words.to}, ${deleted} deleted from the database\nSHA-256 ${sha256}`);
      console.log(`after a backup was restored: ${commandName} erase --verify --again --receipts ${words.to}`);
    }),
  );
}
