import { createHash } from 'node:crypto';
import { SettingError } from './setting-error.js';

/** Length of a master key in bytes. */
export const masterKeyLength = 32;

/** A key that seals data keys. */
export interface MasterKey {
  /** the first 16 hexadecimal digits of the key's SHA-256: identifies the key without revealing it */
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * Parses base64 keys of 32 bytes each, separated by commas or white space; the first one seals.
 * @throws SettingError that reveals nothing of a key
 */
export function parseMasterKeys(text: string): [MasterKey, ...MasterKey[]] {
  const keys = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const key = Buffer.from(word, 'base64');
      if (key.length !== masterKeyLength || key.toString('base64').replace(/=+$/, '') !== word.replace(/=+$/, ''))
        throw new SettingError(
          'a master key must be 32 bytes in base64 (openssl rand -base64 32). Templates and pictures can only be opened with the original key: restore it, do not replace it',
        );
      return { id: createHash('sha256').update(key).digest('hex').slice(0, 16), key };
    });
  const [first, ...others] = keys;
  if (!first) throw new SettingError('it contains no key');
  return [first, ...others];
}
