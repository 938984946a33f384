import { readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrMakeKeyFile } from './key-file.js';

/** Milliseconds between checks of the files: how long another process may still use the old key. */
const LOOK_MS = 1000;
/** Milliseconds between checks for keys that are asked for by an unknown id: anybody can invent ids. */
const SEARCH_MS = 100;

/** Settings of a key ring. */
export interface KeyRingOptions<Key> {
  readonly directory: string;
  /** file name of the current key without `.json`; the files of the other keys start with it */
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
  /** the key that will be the next current one; it is published and accepted already */
  readonly next?: Key;
  /** every valid key, the current one first */
  readonly all: readonly Key[];
}

/** The ids of the keys that change their parts. */
export interface KeyChange {
  readonly oldKid: string;
  readonly newKid: string;
}

/**
 * The current key, the next one and the retired ones, as stored in the files: `triface keys rotate` takes effect within a second.
 * A new key is accepted by every process before any process uses it.
 */
export interface KeyRing<Key> {
  /** The same object until a key changes. */
  read(): Promise<KeySet<Key>>;
  /** The valid key of this id. An id that is not known yet is looked up in the files once more. */
  find(kid: string): Promise<Key | undefined>;
  /** Creates the next key, unless there is one. @returns its id */
  stage(): Promise<string>;
  /**
   * Makes the next key the current one; it is created if there is none. The old one stays valid for `retiredSeconds`; expired
   * ones are deleted.
   * @param publish called before the new key is used. If it throws, the key remains the next one
   */
  rotate(publish?: (change: KeyChange) => Promise<void>): Promise<KeyChange>;
}

/** Opens a key ring and creates the current key if it does not exist. */
export async function openKeyRing<Key extends { readonly kid: string }>(options: KeyRingOptions<Key>): Promise<KeyRing<Key>> {
  const { directory, name, retiredSeconds, make, parse, readCurrent, now = Date.now } = options;
  const path = join(directory, `${name}.json`);
  const nextPath = join(directory, `${name}-next.json`);
  const retiredName = new RegExp(`^${name}-retired-([\\w-]+)-(\\d{10})\\.json$`);
  const isAlive = (file: string): boolean => {
    const retiredAt = Number(retiredName.exec(file)?.[2] ?? Number.NaN);
    return now() / 1000 < retiredAt + retiredSeconds;
  };
  const parseFile = async (file: string) => parse(await readFile(file, 'utf8'));
  let keys: KeySet<Key> = { current: await readCurrent(), all: [] };
  let seen = '';
  let lookedAt = 0;
  let looking: Promise<void> | undefined;

  const readFiles = async (): Promise<void> => {
    const files = (await readdir(directory)).filter(isAlive).sort();
    const state = JSON.stringify([await stampOf(path), await stampOf(nextPath), files]);
    if (state === seen) return;
    const current = await readCurrent();
    const next = (await stampOf(nextPath)) === undefined ? undefined : await parseFile(nextPath);
    const retired = await Promise.all(files.map((file) => parseFile(join(directory, file))));
    const others = [...retired, ...(next ? [next] : [])].filter(({ kid }) => kid !== current.kid);
    // For a moment during a rotation the next key is the current one as well.
    keys = { current, ...(next && next.kid !== current.kid ? { next } : {}), all: [current, ...others] };
    seen = state;
  };
  const look = (): Promise<void> => {
    looking ??= readFiles()
      .catch((error: NodeJS.ErrnoException) => {
        // A file that another process renames or deletes meanwhile: the next look finds it under its new name.
        if (error.code !== 'ENOENT' || keys.all.length === 0) throw error;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const lookIfOlderThan = async (ms: number): Promise<void> => {
    const moment = now();
    if (Math.abs(moment - lookedAt) < ms) return;
    lookedAt = moment;
    await look();
  };
  await look();

  const stage = async (): Promise<Key> => {
    await readOrMakeKeyFile({ directory, name: `${name}-next.json`, make, warn: () => {} });
    await look();
    return keys.next ?? keys.current;
  };
  const findIn = ({ all }: KeySet<Key>, kid: string): Key | undefined => all.find((key) => key.kid === kid);
  return {
    async read() {
      await lookIfOlderThan(LOOK_MS);
      return keys;
    },
    async find(kid) {
      await lookIfOlderThan(LOOK_MS);
      const known = findIn(keys, kid);
      if (known) return known;
      await lookIfOlderThan(SEARCH_MS);
      return findIn(keys, kid);
    },
    stage: async () => (await stage()).kid,
    async rotate(publish) {
      await look();
      const old = keys.current;
      const made = await stage();
      const change = { oldKid: old.kid, newKid: made.kid };
      await publish?.(change);
      const retiredAt = Math.floor(now() / 1000);
      // Save the old key under its new name before the new key replaces it.
      await readOrMakeKeyFile({
        directory,
        name: `${name}-retired-${old.kid}-${retiredAt}.json`,
        make: () => readFile(path, 'utf8'),
        warn: () => {},
      });
      await rename(nextPath, path);
      for (const file of await readdir(directory))
        if (retiredName.test(file) && !isAlive(file)) await unlink(join(directory, file));
      await look();
      return change;
    },
  };
}

/** Changes with every change of the file; undefined: there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, ino, size } = await stat(path);
    return `${mtimeMs} ${ino} ${size}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
