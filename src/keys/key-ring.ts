import { readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrMakeKeyFile, writeDurably } from './key-file.js';

/** Milliseconds between checks of the files: how long another process may still use the old key. */
const LOOK_MS = 1000;

/** Settings of a key ring. */
export interface KeyRingOptions<Key> {
  readonly directory: string;
  /** file name of the current key without `.json`; the files of retired keys start with it */
  readonly name: string;
  /** seconds for which a retired key stays valid */
  readonly retiredSeconds: number;
  /** creates the content of a key file */
  readonly make: () => Promise<string>;
  /** parses it. @throws if it is damaged */
  readonly parse: (content: string) => Promise<Key>;
  /** reads the current key's file, or creates it */
  readonly readCurrent: () => Promise<Key>;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/** The keys at one point in time. */
export interface KeySet<Key> {
  /** the key for new tokens and packets */
  readonly current: Key;
  /** every valid key, the current one first */
  readonly all: readonly Key[];
}

/** The current key and the retired ones, as stored in the files: `triface keys rotate` takes effect within a second. */
export interface KeyRing<Key> {
  /** The same object until a key changes. */
  read(): Promise<KeySet<Key>>;
  /** Creates a new current key. The old one stays valid for `retiredSeconds`; expired ones are deleted. */
  rotate(): Promise<{ oldKid: string; newKid: string }>;
}

/** Opens a key ring and creates the current key if it does not exist. */
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
      // Save the old key under its new name before the new key replaces it.
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
