import { randomUUID } from 'node:crypto';
import { removeMetadata } from '../imaging/remove-metadata.js';
import type { Database } from '../storage/schema.js';
import type { DataKey } from './data-keys.js';
import { seal, unseal } from './seal.js';

const DAY_MS = 86_400_000;

/** A picture to keep. */
export interface NewPicture {
  readonly companyId: string;
  /** uuid of the person or scan it belongs to, whose key seals it */
  readonly subject: string;
  readonly key: DataKey;
  readonly bytes: Uint8Array;
  /** for example image/jpeg */
  readonly mediaType: string;
  /** null: as long as its subject */
  readonly days: number | null;
}

/** A kept picture, unsealed. */
export interface Picture {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** A picture, and the person or scan whose key seals it. */
interface PictureOwner {
  readonly id: string;
  readonly subject: string;
}

const belongsTo = ({ id, subject }: PictureOwner): string => `picture ${id} of ${subject}`;

/** Seals the bytes of a picture. */
export const sealPicture = (key: DataKey, owner: PictureOwner, bytes: Uint8Array): Buffer => seal(key, bytes, belongsTo(owner));

/** Opens the output of {@link sealPicture}. @throws SealError */
export const openPicture = (key: DataKey, { sealed, ...owner }: PictureOwner & { readonly sealed: Uint8Array }): Buffer =>
  unseal(key, sealed, belongsTo(owner));

/** Removes a picture's metadata, seals and stores it, in the transaction that creates its subject. @returns its uuid */
export async function addPicture(db: Database, picture: NewPicture, now: number): Promise<string> {
  const { companyId, subject, key, bytes, mediaType, days } = picture;
  const id = randomUUID();
  await db
    .insertInto('pictures')
    .values({
      id,
      companyId,
      subject,
      mediaType,
      sealed: sealPicture(key, { id, subject }, removeMetadata(bytes)),
      createdAt: now,
      expiresAt: days === null ? null : now + days * DAY_MS,
    })
    .execute();
  return id;
}

/** Opens a kept picture. @returns `undefined` if it is no longer kept @throws SealError */
export async function findPicture(db: Database, key: DataKey, subject: string, id: string): Promise<Picture | undefined> {
  const row = await db
    .selectFrom('pictures')
    .select(['sealed', 'mediaType'])
    .where('id', '=', id)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row && { bytes: openPicture(key, { id, subject, sealed: row.sealed }), mediaType: row.mediaType };
}

/** Deletes pictures by id. @returns the number deleted */
export async function deletePictures(db: Database, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { numDeletedRows } = await db.deleteFrom('pictures').where('id', 'in', ids).executeTakeFirst();
  return Number(numDeletedRows);
}

/** Deletes up to `size` pictures of a person or scan. @param subject its uuid */
export async function deletePicturesOf(
  db: Database,
  subject: string,
  size: number,
): Promise<{ readonly deleted: number; readonly isMore: boolean }> {
  const found = await db.selectFrom('pictures').select('id').where('subject', '=', subject).limit(size).execute();
  const deleted = await deletePictures(
    db,
    found.map(({ id }) => id),
  );
  return { deleted, isMore: found.length === size };
}
