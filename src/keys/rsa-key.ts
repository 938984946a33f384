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

/** Seconds a retired key still verifies: a login's ten hours (its ID tokens come back at logout) and its last access token's life. */
export const OPENID_KEY_SECONDS = 10 * 3600 + 900;
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
  /** the same with the private parts, for the OpenID provider; never shown */
  readonly privateJwk: JWK_RSA_Private & { kid: string };
}

/** A new RSA key pair as a JWK, the content of its file. */
export async function makeRsaKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: RSA_LENGTH, extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

/** Reads what {@link makeRsaKey} made. @throws when it is damaged */
export async function parseRsaKey(content: string): Promise<OpenIdKey> {
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
  const publicJwk = { ...publicParts, kid, alg: 'RS256', use: 'sig' };
  return { kid, privateKey, publicKey, publicJwk, privateJwk: { ...publicJwk, d, p, q, dp, dq, qi } };
}
