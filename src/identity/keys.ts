import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWK_RSA_Private,
  type JWK_RSA_Public,
} from 'jose';
import { KeyError, type KeyFileOptions, readOrMakeKeyFile } from './key-file.js';

/** In bytes: HS256 needs 32. */
const JWT_SECRET_LENGTH = 64;
/** In bits. */
const RSA_LENGTH = 2048;

/** The RSA key pair of the OpenID tokens. */
export interface OpenIdKey {
  /** RFC 7638 thumbprint */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** for the JWKS: public parts, `kid`, `alg`, `use` */
  readonly publicJwk: JWK_RSA_Public & { kid: string };
}

/** The keys that this installation signs with. They never leave the process but by their files. */
export interface Keys {
  /** 64 random bytes, for HS256 */
  readonly jwtSecret: Buffer;
  readonly openid: OpenIdKey;
}

/** Where the keys are. */
export interface KeysOptions {
  /** they are in `keys/` there */
  readonly dataDir: string;
  /** told when others can read a key */
  readonly warn: (message: string) => void;
}

/**
 * Reads the signing keys, makes what is not there. Processes that share a data directory have the same keys.
 * @throws KeyError naming the file that is corrupt or cannot be read
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
          `the key file ${join(directory, name)} is corrupt. Restore it from a backup, or delete it: a new one is made and every token signed with the old one is void`,
        );
      }),
    );
  return {
    jwtSecret: await read('jwt-secret', makeSecret, parseSecret),
    openid: await read('openid-rs256.json', makeRsaKey, parseRsaKey),
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

async function makeRsaKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: RSA_LENGTH, extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

async function parseRsaKey(content: string): Promise<OpenIdKey> {
  const { kty, n, e, d, p, q, dp, dq, qi } = JSON.parse(content) as JWK_RSA_Private & JWK;
  // decoders skip what is not base64url, and RSA's private parts are redundant: a damaged file could go unseen
  for (const part of [n, e, d, p, q, dp, dq, qi]) if (!/^[\w-]+$/.test(part)) throw new Error('not base64url');
  const publicParts = { kty: 'RSA' as const, n, e };
  if (kty !== 'RSA' || Buffer.from(n, 'base64url').length * 8 < RSA_LENGTH) throw new Error('not an RSA key of this length');
  const privateKey = (await importJWK({ ...publicParts, d, p, q, dp, dq, qi }, 'RS256')) as CryptoKey;
  const publicKey = (await importJWK(publicParts, 'RS256')) as CryptoKey;
  // the two halves belong together: a damaged file can still parse
  const probe = await new CompactSign(Buffer.from('probe')).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  await compactVerify(probe, publicKey);
  const kid = await calculateJwkThumbprint(publicParts);
  return { kid, privateKey, publicKey, publicJwk: { ...publicParts, kid, alg: 'RS256', use: 'sig' } };
}
