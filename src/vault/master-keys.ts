import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type MasterKey, masterKeyLength, parseMasterKeys } from '../base/settings/master-keys.js';
import { SettingError } from '../base/settings/setting-error.js';
import { UnavailableError } from '../base/unavailable-error.js';
import { KeyError, readOrMakeKeyFile, writeDurably } from '../keys/key-file.js';
import type { HeldKeys } from '../keys/keys.js';

/** Name of the master key file in the key directory. */
const MASTER_KEY_FILE = 'master-key';

/** The master keys of this installation: the first one seals, all of them open. */
export interface MasterKeys {
  /**
   * The current keys; changes to the file by another process take effect at once.
   * @throws UnavailableError if the file was removed or damaged
   */
  read(): readonly [MasterKey, ...MasterKey[]];
  /**
   * The key that will seal next: the first one that is not in `former`. If there is none, a new one is added behind the others,
   * where it opens but does not seal.
   * @throws KeyError if a key would have to be added, and the keys come from the environment
   */
  stage(former: ReadonlySet<string>): Promise<MasterKey>;
  /** Puts a key before the others, so that it seals. @throws KeyError as `stage`, unless it is the first already */
  promote(id: string): Promise<void>;
  /** Removes all keys except the first and those in `kept`. @returns ids of the removed keys @throws KeyError as `stage` */
  drop(kept: ReadonlySet<string>): Promise<string[]>;
}

/** Source of the master keys. */
export interface MasterKeysOptions {
  /** `TRIFACE_MASTER_KEY`: the keys to use instead of those of the file; empty: the file */
  readonly fixed: readonly MasterKey[];
  readonly dataDir: string;
  readonly warn: (message: string) => void;
}

/**
 * Reads the master keys; if the file does not exist, creates it with one key (mode 0600).
 * @throws KeyError with a message for the operator that reveals nothing of a key
 */
export async function openMasterKeys({ fixed, dataDir, warn }: MasterKeysOptions): Promise<MasterKeys> {
  const [first, ...others] = fixed;
  if (first) return fixedKeys([first, ...others]);
  const directory = join(dataDir, 'keys');
  const path = join(directory, MASTER_KEY_FILE);
  const content = await readOrMakeKeyFile({ directory, name: MASTER_KEY_FILE, make: async () => `${makeKeyText()}\n`, warn });
  let keys = parseFile(content, path);
  let seen = stamp(path);
  const read = () => {
    try {
      const now = stamp(path);
      if (now === seen) return keys;
      keys = parseFile(readFileSync(path, 'utf8'), path);
      seen = now;
      return keys;
    } catch (error) {
      throw new UnavailableError('keys', `the master keys cannot be read: ${(error as Error).message}`);
    }
  };
  const write = async (all: readonly MasterKey[]): Promise<void> => {
    const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
    await writeDurably(draft, all.map(({ key }) => `${Buffer.from(key).toString('base64')}\n`).join(''));
    await rename(draft, path);
  };
  return {
    read,
    async stage(former) {
      const waiting = read().find(({ id }) => !former.has(id));
      if (waiting) return waiting;
      const [added] = parseMasterKeys(makeKeyText());
      await write([...read(), added]);
      return added;
    },
    async promote(id) {
      const all = read();
      await write([...all.filter((key) => key.id === id), ...all.filter((key) => key.id !== id)]);
    },
    async drop(kept) {
      const [first, ...others] = read();
      await write([first, ...others.filter(({ id }) => kept.has(id))]);
      return others.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
    },
  };
}

/** @throws KeyError naming the file */
function parseFile(content: string, path: string): [MasterKey, ...MasterKey[]] {
  try {
    return parseMasterKeys(content);
  } catch (error) {
    throw error instanceof SettingError ? new KeyError(`${path}: ${error.message}`) : error;
  }
}

function fixedKeys(keys: [MasterKey, ...MasterKey[]]): MasterKeys {
  const refuse = async (): Promise<never> => {
    throw new KeyError(
      'the master keys come from TRIFACE_MASTER_KEY: add the new key there behind the old one, separated by a comma, on every server, and restart them. Then run this with the new key first',
    );
  };
  return {
    read: () => keys,
    stage: async (former) => keys.find(({ id }) => !former.has(id)) ?? refuse(),
    promote: async (id) => (keys[0].id === id ? undefined : refuse()),
    drop: refuse,
  };
}

/** The fingerprints of the master keys. */
export function listMasterKeys(masterKeys: Pick<MasterKeys, 'read'>): HeldKeys {
  const ids = masterKeys.read().map(({ id }) => id);
  return { current: ids[0]!, all: ids };
}

const makeKeyText = (): string => randomBytes(masterKeyLength).toString('base64');

/** Changes with every change of the file. */
function stamp(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}
