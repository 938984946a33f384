import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CAPTURE_KEY_SECONDS, type CaptureKey, makeCaptureKey, parseCaptureKey } from './capture-key.js';
import { KeyError, type KeyFileOptions, readOrMakeKeyFile } from './key-file.js';
import { type KeyRing, type KeyRingOptions, openKeyRing } from './key-ring.js';
import { makeRsaKey, OPENID_KEY_SECONDS, type OpenIdKey, parseRsaKey } from './rsa-key.js';

/** In bytes: HS256 needs at least 32. */
const JWT_SECRET_LENGTH = 64;
/** The keys of this installation. They leave the process only as key files. */
export interface Keys {
  /** 64 random bytes, for HS256 */
  readonly jwtSecret: Buffer;
  /** signs the cookies of the login page */
  readonly cookieSecret: string;
  /** contract C's tokens: the signing key, and all keys that verify */
  readonly openid: KeyRing<OpenIdKey>;
  /** Liveness Plus: the key that browsers seal packets for, and all keys that open them */
  readonly capture: KeyRing<CaptureKey>;
}

/** Location of the keys. */
export interface KeysOptions {
  /** the keys are in its subdirectory `keys/` */
  readonly dataDir: string;
  /** called when a key file is readable by other users */
  readonly warn: (message: string) => void;
}

/**
 * Reads the keys and creates missing ones. Processes that share a data directory share the keys.
 * @throws KeyError naming the file that is corrupt or unreadable
 */
export async function openKeys({ dataDir, warn }: KeysOptions): Promise<Keys> {
  const directory = join(dataDir, 'keys');
  const once = new Set<string>();
  const warnOnce = (message: string) => {
    if (!once.has(message)) warn(message);
    once.add(message);
  };
  const read = <Key>(name: string, make: KeyFileOptions['make'], parse: (content: string) => Promise<Key>) =>
    readOrMakeKeyFile({ directory, name, make, warn: warnOnce }).then((content) =>
      parse(content).catch(() => {
        throw new KeyError(
          `the key file ${join(directory, name)} is corrupt. Restore it from a backup, or delete it: a new key is created, and tokens and packets of the old key become void`,
        );
      }),
    );
  const openRing = <Key extends { readonly kid: string }>(
    options: Pick<KeyRingOptions<Key>, 'name' | 'retiredSeconds' | 'make' | 'parse'>,
  ) =>
    openKeyRing({
      ...options,
      directory,
      readCurrent: () => read(`${options.name}.json`, options.make, options.parse),
    });
  return {
    jwtSecret: await read('jwt-secret', makeSecret, parseSecret),
    cookieSecret: (await read('cookie-secret', makeSecret, parseSecret)).toString('base64url'),
    openid: await openRing({
      name: 'openid-rs256',
      retiredSeconds: OPENID_KEY_SECONDS,
      make: makeRsaKey,
      parse: parseRsaKey,
    }),
    capture: await openRing({
      name: 'capture-p256',
      retiredSeconds: CAPTURE_KEY_SECONDS,
      make: makeCaptureKey,
      parse: parseCaptureKey,
    }),
  };
}

async function makeSecret(): Promise<string> {
  return `${randomBytes(JWT_SECRET_LENGTH).toString('base64url')}\n`;
}

async function parseSecret(content: string): Promise<Buffer> {
  const secret = Buffer.from(content.trim(), 'base64url');
  // decoding skips what is not base64url: what comes back must be what was there
  if (secret.length !== JWT_SECRET_LENGTH || secret.toString('base64url') !== content.trim()) throw new Error('not a secret');
  return secret;
}
