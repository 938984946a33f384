import { CompactEncrypt, importJWK, type JWK } from 'jose';
import { PACKET_TYPE } from './layout.js';

/** Algorithms of the JWE (RFC 7518): key agreement on P-256, whose secret is the content's key itself. */
export const packetAlgorithms = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;

/**
 * Seals a plaintext for the holder of a key. Runs in browsers (secure contexts) and in Node.
 * @param publicJwk P-256, as the server publishes it
 * @param kid its id
 * @returns the bytes of the compact JWE, ASCII: what is sent as `encrypted_file`
 */
export async function sealPacket(plaintext: Uint8Array, publicJwk: JWK, kid: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await importJWK({ ...publicJwk, alg: packetAlgorithms.alg }, packetAlgorithms.alg);
  const jwe = await new CompactEncrypt(plaintext).setProtectedHeader({ ...packetAlgorithms, kid, typ: PACKET_TYPE }).encrypt(key);
  return new TextEncoder().encode(jwe);
}
