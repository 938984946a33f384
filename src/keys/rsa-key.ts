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

/**
 * Seconds for which a retired key still verifies: ten hours of a login (its ID token returns at logout) plus the life of its last
 * access token.
 */
export const OPENID_KEY_SECONDS = 10 * 3600 + 900;
/** In bits. */
const RSA_LENGTH = 2048;

/** The RSA key pair of the OpenID tokens. */
export interface OpenIdKey {
  /** RFC 7638 thumbprint */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** the public JWK for the JWKS, with `kid`, `alg` and `use` */
  readonly publicJwk: JWK_RSA_Public & { kid: string };
  /** the private JWK, for the OpenID provider; never exposed */
  readonly privateJwk: JWK_RSA_Private & { kid: string };
}

/** Creates an RSA key pair. @returns the JWK, which is the content of the key file */
export async function makeRsaKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: RSA_LENGTH, extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

/** Reads the output of {@link makeRsaKey}. @throws if it is damaged */
export async function parseRsaKey(content: string): Promise<OpenIdKey> {
  const { kty, n, e, d, p, q, dp, dq, qi } = JSON.parse(content) as JWK_RSA_Private & JWK;
  // Decoders skip characters outside base64url, and RSA's private parts are redundant: damage could go unnoticed.
  for (const part of [n, e, d, p, q, dp, dq, qi]) if (!/^[\w-]+$/.test(part)) throw new Error('not base64url');
  const publicParts = { kty: 'RSA' as const, n, e };
  if (kty !== 'RSA' || Buffer.from(n, 'base64url').length * 8 < RSA_LENGTH)
    throw new Error('not an RSA key of sufficient length');
  const privateKey = (await importJWK({ ...publicParts, d, p, q, dp, dq, qi }, 'RS256')) as CryptoKey;
  const publicKey = (await importJWK(publicParts, 'RS256')) as CryptoKey;
  // Check that the two halves match: a damaged file can still parse.
  const probe = await new CompactSign(Buffer.from('probe')).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  await compactVerify(probe, publicKey);
  const kid = await calculateJwkThumbprint(publicParts);
  const publicJwk = { ...publicParts, kid, alg: 'RS256', use: 'sig' };
  return { kid, privateKey, publicKey, publicJwk, privateJwk: { ...publicJwk, d, p, q, dp, dq, qi } };
}
