import { calculateJwkThumbprint, exportJWK, importSPKI, type JWK } from 'jose';
import { CaptureError } from './capture-error.js';
import { keysPath, noteServerTime, timeout } from './server-clock.js';

/** The public key that packets are sealed with. */
export interface EncryptionKey {
  readonly jwk: JWK;
  readonly kid: string;
}

/**
 * Loads the server's current key, and notes the server's time.
 * @param sdkPath folder URL, ends with /
 * @throws CaptureError
 */
export async function fetchKey(sdkPath: string): Promise<EncryptionKey> {
  try {
    const response = await fetch(new URL(keysPath, sdkPath), {
      credentials: 'omit',
      cache: 'no-store',
      signal: timeout(15_000),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    noteServerTime(sdkPath, response);
    return await readKey(await response.json());
  } catch (cause) {
    throw new CaptureError('no-encryption-key', 'The encryption key could not be loaded from the server.', { cause });
  }
}

/**
 * Reads a public key.
 * @param key P-256 key: JWK or JWKS (object or JSON text), SPKI as PEM or DER (base64 text, buffer or Blob), or a CryptoKey
 * @param keyId default: the JWK's `kid`, or its RFC 7638 thumbprint
 * @throws CaptureError if the key is not in one of these forms
 */
export async function readKey(key: unknown, keyId?: string): Promise<EncryptionKey> {
  try {
    const jwk = await toJwk(key);
    if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || !jwk.x || !jwk.y) throw new Error('not a P-256 key');
    const { kty, crv, x, y } = jwk;
    // Drops a private part, if there is one.
    const bare = { kty, crv, x, y };
    return { jwk: bare, kid: keyId || jwk.kid || (await calculateJwkThumbprint(bare)) };
  } catch (cause) {
    throw new CaptureError('no-encryption-key', 'The encryption key is not a P-256 public key in JWK, JWKS or SPKI form.', {
      cause,
    });
  }
}

async function toJwk(key: unknown): Promise<JWK> {
  if (typeof key === 'string') return toJwk(readText(key));
  if (key instanceof Blob) return toJwk(await key.arrayBuffer());
  if (key instanceof ArrayBuffer) return toJwk(new Uint8Array(key));
  if (key instanceof Uint8Array) {
    // DER starts with 0x30; the other supported forms are text.
    return key[0] === 0x30
      ? exportJWK(await importSPKI(toPem(key), 'ECDH-ES', { extractable: true }))
      : toJwk(new TextDecoder().decode(key));
  }
  if (key instanceof CryptoKey) return exportJWK(key);
  const { keys } = key as { keys?: JWK[] };
  if (!Array.isArray(keys)) return key as JWK;
  const usable = keys.find(({ crv, use }) => crv === 'P-256' && (use === undefined || use === 'enc'));
  if (!usable) throw new Error('the JWKS contains no P-256 encryption key');
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
