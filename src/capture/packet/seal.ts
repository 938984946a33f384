import { CompactEncrypt, importJWK, type JWK } from 'jose';
import { PACKET_TYPE } from './layout.js';

/** Algorithms of the JWE (RFC 7518): key agreement on P-256; the derived secret is the content encryption key. */
export const packetAlgorithms = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

/**
 * Encrypts a plaintext for the server. Runs in browsers (secure contexts) and in Node.
 * @param publicJwk the P-256 key that the server publishes
 * @param kid the id of that key
 * @returns the compact JWE as ASCII bytes, to be sent as `encrypted_file`
 */
export async function sealPacket(plaintext: Uint8Array, publicJwk: JWK, kid: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await importJWK({ ...publicJwk, alg: packetAlgorithms.alg }, packetAlgorithms.alg);
  const jwe = await new CompactEncrypt(plaintext).setProtectedHeader({ ...packetAlgorithms, kid, typ: PACKET_TYPE }).encrypt(key);
  return new TextEncoder().encode(jwe);
}
