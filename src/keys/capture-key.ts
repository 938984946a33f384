import { subtle } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWK_EC_Public,
} from 'jose';

/** Seconds for which a rotated key still opens packets: pages loaded earlier and cached key sets still use it. */
export const CAPTURE_KEY_SECONDS = 24 * 3600;
/** Key agreement (RFC 7518); capture packets use no other. */
const algorithm = 'ECDH-ES';

/** The P-256 key pair that capture packets are sealed for. */
export interface CaptureKey {
  /** RFC 7638 thumbprint */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** the public JWK for browsers, with `kid`, `alg` and `use` */
  readonly publicJwk: JWK_EC_Public & { readonly kid: string; readonly alg: string; readonly use: string };
}

/** Creates a key pair. @returns the JWK, which is the content of the key file */
export async function makeCaptureKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'P-256', extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

/** Reads the output of {@link makeCaptureKey}. @throws if it is damaged */
export async function parseCaptureKey(content: string): Promise<CaptureKey> {
  const { kty, crv, x, y, d } = JSON.parse(content) as JWK & { x: string; y: string; d: string };
  if (kty !== 'EC' || crv !== 'P-256') throw new Error('not a P-256 key');
  for (const part of [x, y, d]) if (!/^[\w-]{43}$/.test(part)) throw new Error('not base64url');
  const publicParts = { kty: 'EC' as const, crv, x, y };
  const privateKey = (await importJWK({ ...publicParts, d }, algorithm)) as CryptoKey;
  await checkHalves(privateKey, (await importJWK(publicParts, algorithm)) as CryptoKey);
  const kid = await calculateJwkThumbprint(publicParts);
  return { kid, privateKey, publicJwk: { ...publicParts, kid, alg: algorithm, use: 'enc' } };
}

/** Checks that the two halves match: a damaged file can still parse. */
async function checkHalves(privateKey: CryptoKey, publicKey: CryptoKey): Promise<void> {
  const other = await generateKeyPair(algorithm, { crv: 'P-256', extractable: true });
  const agree = (own: CryptoKey, others: CryptoKey) =>
    subtle.deriveBits({ name: 'ECDH', public: others as never }, own as never, 256).then((bits) => Buffer.from(bits));
  const here = await agree(privateKey, other.publicKey as CryptoKey);
  if (!here.equals(await agree(other.privateKey as CryptoKey, publicKey)))
    throw new Error('the private and public key do not match');
}
