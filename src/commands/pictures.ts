import type { Command } from 'commander';
import { cleanPictures } from '../vault/clean-pictures.js';
import { withGallery } from './with-gallery.js';

/** `triface pictures`: operations on all stored pictures. */
export function addPicturesCommand(program: Command): void {
  program
    .command('pictures')
    .command('clean')
    .description('remove place, camera, owner and other metadata from pictures that an older release stored')
    .action(() =>
      withGallery('pictures clean', async ({ store, masterKeys, changes }) => {
        const { cleaned, unchanged, unopened } = await cleanPictures(store, masterKeys, {
          record: (db, companyId) => changes.record(db, { action: 'picture.clean', companyId, subject: null }),
          onPicture: (done) => {
            if (done % 100 === 0) console.error(`${done} pictures`);
          },
        });
        console.log(`${cleaned} pictures cleaned`);
        console.log(`${unchanged} pictures had no metadata`);
        if (unopened.length === 0) return;
        console.log(`${unopened.length} pictures cannot be opened: ${unopened.join(', ')}`);
        process.exitCode = 1;
      }),
    );
}
