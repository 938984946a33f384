import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type MasterKey, masterKeyLength, parseMasterKeys } from '../base/settings/master-keys.js';
import { SettingError } from '../base/settings/setting-error.js';
import { KeyError, readOrMakeKeyFile, writeDurably } from '../keys/key-file.js';

/** Name of the master key file in the key directory. */
const MASTER_KEY_FILE = 'master-key';

/** The master keys of this installation: the first one seals, all of them open. */
export interface MasterKeys {
  /** the current keys; changes to the file by another process take effect at once */
  read(): readonly [MasterKey, ...MasterKey[]];
  /** Adds a new key before the others. @throws KeyError if the keys come from the environment */
  add(): Promise<MasterKey>;
  /** Removes all keys except the first and those in `kept`. @returns ids of the removed keys @throws KeyError as `add` */
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
    const now = stamp(path);
    if (now !== seen) {
      keys = parseFile(readFileSync(path, 'utf8'), path);
      seen = now;
    }
    return keys;
  };
  const write = async (all: readonly MasterKey[]): Promise<void> => {
    const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
    await writeDurably(draft, all.map(({ key }) => `${Buffer.from(key).toString('base64')}\n`).join(''));
    await rename(draft, path);
  };
  return {
    read,
    async add() {
      const [added] = parseMasterKeys(makeKeyText());
      await write([added, ...read()]);
      return added;
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
      'the master keys come from TRIFACE_MASTER_KEY: put the new key before the old one there, separated by a comma, restart, and run this again',
    );
  };
  return { read: () => keys, add: refuse, drop: refuse };
}

const makeKeyText = (): string => randomBytes(masterKeyLength).toString('base64');

/** Changes with every change of the file. */
function stamp(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}
