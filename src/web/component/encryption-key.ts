import { calculateJwkThumbprint, exportJWK, importSPKI, type JWK } from 'jose';
import { CaptureError } from './capture-error.js';

/** The public key that packets are sealed with. */
export interface EncryptionKey {
  readonly jwk: JWK;
  readonly kid: string;
  /** ms that the server's clock is ahead of this one; 0 when not known */
  readonly clockOffset: number;
}

/** Where the server publishes its keys, from where it serves this module's files. */
const keysPath = '../v1/capture/keys';
/** The Date header tells whole seconds and is as old as the answer's way: smaller differences say nothing. */
const knownOffset = 5000;

/**
 * Loads the server's current key.
 * @param sdkPath folder URL, ends with /
 * @throws CaptureError
 */
export async function fetchKey(sdkPath: string): Promise<EncryptionKey> {
  try {
    const response = await fetch(new URL(keysPath, sdkPath), {
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const offset = Date.parse(response.headers.get('date') ?? '') - Date.now();
    const key = await readKey(await response.json());
    return { ...key, clockOffset: Math.abs(offset) > knownOffset ? offset : 0 };
  } catch (cause) {
    throw new CaptureError('no-encryption-key', 'The encryption key could not be loaded from the server.', { cause });
  }
}

/**
 * Reads a key that the page gives.
 * @param key P-256: a JWK or JWKS (object or JSON text), SPKI as PEM or DER (text in base64, buffer or Blob), or a CryptoKey
 * @param keyId by default the JWK's `kid`, or else its RFC 7638 thumbprint
 * @throws CaptureError when it is none of these
 */
export async function readKey(key: unknown, keyId?: string): Promise<EncryptionKey> {
  try {
    const jwk = await toJwk(key);
    if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || !jwk.x || !jwk.y) throw new Error('not a P-256 key');
    const { kty, crv, x, y } = jwk;
    // A private part, should there be one, goes no further.
    const bare = { kty, crv, x, y };
    return { jwk: bare, kid: keyId || jwk.kid || (await calculateJwkThumbprint(bare)), clockOffset: 0 };
  } catch (cause) {
    throw new CaptureError('no-encryption-key', 'The encryption key is not a P-256 public key (JWK, JWKS, SPKI).', { cause });
  }
}

async function toJwk(key: unknown): Promise<JWK> {
  if (typeof key === 'string') return toJwk(readText(key));
  if (key instanceof Blob) return toJwk(await key.arrayBuffer());
  if (key instanceof ArrayBuffer) return toJwk(new Uint8Array(key));
  if (key instanceof Uint8Array) {
    // 0x30 begins DER; everything else that is understood is text.
    return key[0] === 0x30
      ? exportJWK(await importSPKI(toPem(key), 'ECDH-ES', { extractable: true }))
      : toJwk(new TextDecoder().decode(key));
  }
  if (key instanceof CryptoKey) return exportJWK(key);
  const { keys } = key as { keys?: JWK[] };
  if (!Array.isArray(keys)) return key as JWK;
  const usable = keys.find(({ crv, use }) => crv === 'P-256' && (use === undefined || use === 'enc'));
  if (!usable) throw new Error('no key is for encryption');
  return usable;
}

function readText(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return JSON.parse(trimmed);
  const base64 = trimmed.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
  const der = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  if (der[0] !== 0x30) throw new Error('not DER');
  return der;
}

function toPem(der: Uint8Array): string {
  return `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END PUBLIC KEY-----`;
}
