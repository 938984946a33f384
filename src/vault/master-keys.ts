import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyError, readOrMakeKeyFile, writeDurably } from '../keys/key-file.js';
import { KEY_LENGTH } from './seal.js';

/** Name of the master key file in the key directory. */
const MASTER_KEY_FILE = 'master-key';

/** A key that seals data keys. */
export interface MasterKey {
  /** the first 16 hexadecimal digits of the key's SHA-256: identifies the key without revealing it */
  readonly id: string;
  readonly key: Buffer;
}

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
  /** `TRIFACE_MASTER_KEY`: one or more keys, see {@link parseMasterKeys}; empty: the file */
  readonly setting: string;
  readonly dataDir: string;
  readonly warn: (message: string) => void;
}

/**
 * Reads the master keys; if the file does not exist, creates it with one key (mode 0600).
 * @throws KeyError with a message for the operator that reveals nothing of a key
 */
export async function openMasterKeys({ setting, dataDir, warn }: MasterKeysOptions): Promise<MasterKeys> {
  if (setting !== '') return fixedKeys(parseMasterKeys(setting, 'TRIFACE_MASTER_KEY'));
  const directory = join(dataDir, 'keys');
  const path = join(directory, MASTER_KEY_FILE);
  const content = await readOrMakeKeyFile({ directory, name: MASTER_KEY_FILE, make: async () => `${makeKeyText()}\n`, warn });
  let keys = parseMasterKeys(content, path);
  let seen = stamp(path);
  const read = () => {
    const now = stamp(path);
    if (now !== seen) {
      keys = parseMasterKeys(readFileSync(path, 'utf8'), path);
      seen = now;
    }
    return keys;
  };
  const write = async (all: readonly MasterKey[]): Promise<void> => {
    const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
    await writeDurably(draft, all.map(({ key }) => `${key.toString('base64')}\n`).join(''));
    await rename(draft, path);
  };
  return {
    read,
    async add() {
      const [added] = parseMasterKeys(makeKeyText(), path);
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

/** Parses base64 keys of 32 bytes each, separated by commas or white space; the first one seals. @throws KeyError */
export function parseMasterKeys(text: string, from: string): [MasterKey, ...MasterKey[]] {
  const keys = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const key = Buffer.from(word, 'base64');
      if (key.length !== KEY_LENGTH || key.toString('base64').replace(/=+$/, '') !== word.replace(/=+$/, ''))
        throw new KeyError(
          `${from}: a master key must be 32 bytes in base64 (openssl rand -base64 32). Templates and pictures can only be opened with the original key: restore it, do not replace it`,
        );
      return { id: createHash('sha256').update(key).digest('hex').slice(0, 16), key };
    });
  const [first, ...others] = keys;
  if (!first) throw new KeyError(`${from} contains no key`);
  return [first, ...others];
}

function fixedKeys(keys: [MasterKey, ...MasterKey[]]): MasterKeys {
  const refuse = async (): Promise<never> => {
    throw new KeyError(
      'the master keys come from TRIFACE_MASTER_KEY: put the new key before the old one there, separated by a comma, restart, and run this again',
    );
  };
  return { read: () => keys, add: refuse, drop: refuse };
}

const makeKeyText = (): string => randomBytes(KEY_LENGTH).toString('base64');

/** Changes with every change of the file. */
function stamp(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}
