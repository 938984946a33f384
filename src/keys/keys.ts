import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CAPTURE_KEY_SECONDS, type CaptureKey, makeCaptureKey, parseCaptureKey } from './capture-key.js';
import { KeyError, type KeyFileOptions, readOrMakeKeyFile } from './key-file.js';
import { type KeyRing, type KeyRingOptions, type KeySet, openKeyRing } from './key-ring.js';
import { makeRsaKey, OPENID_KEY_SECONDS, type OpenIdKey, parseRsaKey } from './rsa-key.js';
import { makeSecret, parseSecret } from './secret.js';

/** In bytes: HS256 needs at least 32. */
const SECRET_LENGTH = 64;

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

/** The fingerprints of the keys of one kind: they identify a key without revealing it. */
export interface HeldKeys {
  /** of the key that signs or seals */
  readonly current: string;
  /** of every key, the current one first */
  readonly all: readonly string[];
}

/** The fingerprint of a secret. @param ring keeps equal secrets of different use apart */
export const fingerprintOf = (ring: string, secret: Uint8Array | string): string =>
  createHash('sha256').update(`triface ${ring}\n`).update(secret).digest('hex').slice(0, 16);

/** What a server holds of each kind, as in its files now. */
export async function listHeldKeys({ jwtSecret, cookieSecret, openid, capture }: Keys): Promise<Record<string, HeldKeys>> {
  const only = (fingerprint: string): HeldKeys => ({ current: fingerprint, all: [fingerprint] });
  const ofRing = ({ current, all }: KeySet<{ readonly kid: string }>): HeldKeys => ({
    current: current.kid,
    all: all.map(({ kid }) => kid),
  });
  return {
    'jwt-secret': only(fingerprintOf('jwt-secret', jwtSecret)),
    'cookie-secret': only(fingerprintOf('cookie-secret', cookieSecret)),
    openid: ofRing(await openid.read()),
    capture: ofRing(await capture.read()),
  };
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
  const readSecret = (name: string) =>
    read(
      name,
      async () => makeSecret(SECRET_LENGTH),
      async (content) => parseSecret(content, SECRET_LENGTH),
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
    jwtSecret: await readSecret('jwt-secret'),
    cookieSecret: (await readSecret('cookie-secret')).toString('base64url'),
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
