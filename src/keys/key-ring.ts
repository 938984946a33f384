import { readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrMakeKeyFile, writeDurably } from './key-file.js';

/** Milliseconds between two looks at the files: how long another process may go on with the old key. */
const LOOK_MS = 1000;

/** What a ring is made of. */
export interface KeyRingOptions<Key> {
  readonly directory: string;
  /** of the current key's file, without `.json`; retired ones are named after it */
  readonly name: string;
  /** how long a retired key is still good for what was made with it */
  readonly retiredSeconds: number;
  /** makes the content of a key's file */
  readonly make: () => Promise<string>;
  /** reads it. @throws when it is damaged */
  readonly parse: (content: string) => Promise<Key>;
  /** reads the current key's file, makes it when it is not there */
  readonly readCurrent: () => Promise<Key>;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/** The keys at one moment. */
export interface KeySet<Key> {
  /** the one that is used for what is new */
  readonly current: Key;
  /** every key that is good for what there is, the current one first */
  readonly all: readonly Key[];
}

/** The current key and the retired ones, as the files have them: what `triface keys rotate` does is seen within a second. */
export interface KeyRing<Key> {
  /** The same object until something changes. */
  read(): Promise<KeySet<Key>>;
  /** Makes a new current key; the old one stays good for `retiredSeconds`. Older ones are deleted. */
  rotate(): Promise<{ oldKid: string; newKid: string }>;
}

/** Opens a ring; the current key is made when there is none. */
export async function openKeyRing<Key extends { readonly kid: string }>(options: KeyRingOptions<Key>): Promise<KeyRing<Key>> {
  const { directory, name, retiredSeconds, make, parse, readCurrent, now = Date.now } = options;
  const path = join(directory, `${name}.json`);
  const retiredName = new RegExp(`^${name}-retired-([\\w-]+)-(\\d{10})\\.json$`);
  const isAlive = (file: string): boolean => {
    const retiredAt = Number(retiredName.exec(file)?.[2] ?? Number.NaN);
    return now() / 1000 < retiredAt + retiredSeconds;
  };
  let keys: KeySet<Key> = { current: await readCurrent(), all: [] };
  let seen = '';
  let lookedAt = 0;

  const look = async (): Promise<void> => {
    const files = (await readdir(directory)).filter(isAlive).sort();
    const { mtimeMs, ino } = await stat(path);
    const state = JSON.stringify([mtimeMs, ino, files]);
    if (state === seen) return;
    const current = await readCurrent();
    const retired = await Promise.all(files.map(async (file) => parse(await readFile(join(directory, file), 'utf8'))));
    keys = { current, all: [current, ...retired.filter(({ kid }) => kid !== current.kid)] };
    seen = state;
  };
  await look();

  return {
    async read() {
      const moment = now();
      if (Math.abs(moment - lookedAt) >= LOOK_MS) {
        lookedAt = moment;
        await look();
      }
      return keys;
    },
    async rotate() {
      await look();
      const old = keys.current;
      const content = await make();
      const made = await parse(content);
      const retiredAt = Math.floor(now() / 1000);
      // the old key is on the disk under its new name before the new one takes its place
      await readOrMakeKeyFile({
        directory,
        name: `${name}-retired-${old.kid}-${retiredAt}.json`,
        make: () => readFile(path, 'utf8'),
        warn: () => {},
      });
      const draft = `${path}.${made.kid}.tmp`;
      await writeDurably(draft, content);
      await rename(draft, path);
      for (const file of await readdir(directory))
        if (retiredName.test(file) && !isAlive(file)) await unlink(join(directory, file));
      await look();
      return { oldKid: old.kid, newKid: made.kid };
    },
  };
}
