import type { Store } from '../../src/storage/store.js';
import { findDataKey } from '../../src/vault/data-keys.js';
import type { MasterKeys } from '../../src/vault/master-keys.js';
import { openPicture, sealPicture } from '../../src/vault/pictures.js';
import { segment, withSegments } from '../fixtures/made-jpeg.js';
import { secret } from '../fixtures/with-metadata.js';

/** Gives every stored picture, a JPEG, the metadata with which older releases stored it. @returns the files before */
export async function makePicturesDirty({ db }: Pick<Store, 'db'>, masterKeys: MasterKeys): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const row of await db.selectFrom('pictures').selectAll().execute()) {
    const key = (await findDataKey(db, masterKeys, row.subject))!;
    const clean = openPicture(key, row);
    files.set(row.id, clean);
    const dirty = withSegments(clean, [segment(0xfe, Buffer.from(secret))]);
    await db
      .updateTable('pictures')
      .set({ sealed: sealPicture(key, row, dirty) })
      .where('id', '=', row.id)
      .execute();
  }
  return files;
}
