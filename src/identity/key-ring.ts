import { readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrMakeKeyFile, writeDurably } from './key-file.js';
import { makeRsaKey, type OpenIdKey, parseRsaKey } from './rsa-key.js';

/** The file of the key that signs. */
export const OPENID_KEY_FILE = 'openid-rs256.json';
/** Seconds a retired key still verifies: a login's ten hours (its ID tokens come back at logout) and its last access token's life. */
export const RETIRED_KEY_SECONDS = 10 * 3600 + 900;
/** Milliseconds between two looks at the files: how long another process may go on with the old key. */
const LOOK_MS = 1000;
const retiredName = /^openid-rs256-retired-([\w-]+)-(\d{10})\.json$/;

/** The keys at one moment. */
export interface KeySet {
  readonly signing: OpenIdKey;
  /** every key that verifies, the signing one first */
  readonly all: readonly OpenIdKey[];
}

/** The signing key and the retired ones, as the files have them: what `triface keys rotate` does is seen within a second. */
export interface KeyRing {
  /** The same object until something changes. */
  read(): Promise<KeySet>;
  /** Makes a new signing key; the old one goes on verifying for {@link RETIRED_KEY_SECONDS}. Older ones are deleted. */
  rotate(): Promise<{ oldKid: string; newKid: string }>;
}

/** @param readSigning reads the signing key's file, makes it when it is not there @param now epoch milliseconds */
export async function openKeyRing(
  directory: string,
  readSigning: () => Promise<OpenIdKey>,
  now: () => number = Date.now,
): Promise<KeyRing> {
  const path = join(directory, OPENID_KEY_FILE);
  let keys: KeySet = { signing: await readSigning(), all: [] };
  let seen = '';
  let lookedAt = 0;

  const look = async (): Promise<void> => {
    const names = (await readdir(directory)).filter((name) => isAlive(name, now())).sort();
    const { mtimeMs, ino } = await stat(path);
    const state = JSON.stringify([mtimeMs, ino, names]);
    if (state === seen) return;
    const signing = await readSigning();
    const retired = await Promise.all(names.map(async (name) => parseRsaKey(await readFile(join(directory, name), 'utf8'))));
    keys = { signing, all: [signing, ...retired.filter(({ kid }) => kid !== signing.kid)] };
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
      const old = keys.signing;
      const content = await makeRsaKey();
      const made = await parseRsaKey(content);
      const retiredAt = Math.floor(now() / 1000);
      // the old key is on the disk under its new name before the new one takes its place
      await readOrMakeKeyFile({
        directory,
        name: `openid-rs256-retired-${old.kid}-${retiredAt}.json`,
        make: () => readFile(path, 'utf8'),
        warn: () => {},
      });
      const draft = `${path}.${made.kid}.tmp`;
      await writeDurably(draft, content);
      await rename(draft, path);
      for (const name of await readdir(directory))
        if (retiredName.test(name) && !isAlive(name, now())) await unlink(join(directory, name));
      await look();
      return { oldKid: old.kid, newKid: made.kid };
    },
  };
}

function isAlive(name: string, now: number): boolean {
  const retiredAt = Number(retiredName.exec(name)?.[2] ?? Number.NaN);
  return now / 1000 < retiredAt + RETIRED_KEY_SECONDS;
}
