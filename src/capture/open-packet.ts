import { createHash } from 'node:crypto';
import { compactDecrypt } from 'jose';
import type { CaptureKey } from '../keys/capture-key.js';
import type { KeyRing } from '../keys/key-ring.js';
import { readSealedHeader } from './packet/jwe-header.js';
import { LayoutError, PACKET_TYPE, type PacketHeader, splitContainer, splitParts } from './packet/layout.js';
import { isPacketHeader } from './packet/schema.js';
import { packetAlgorithms } from './packet/seal.js';

/** An opened packet: sealed for this server and with a valid layout. It may still be forged. */
export interface Packet {
  readonly header: PacketHeader;
  /** views of one buffer */
  readonly photo: Uint8Array;
  readonly frames: readonly Uint8Array[];
  readonly isHashRight: boolean;
}

/** The result of opening a packet. `unreadable` is the reason, for the log; it contains nothing of the packet. */
export type Opened = { readonly packet: Packet } | { readonly unreadable: string };

/** Keys and limits for opening packets. */
export interface OpenOptions {
  readonly keys: Pick<KeyRing<CaptureKey>, 'find'>;
  /** largest accepted packet, in bytes */
  readonly maxBytes: number;
}

/** Maximum nesting of objects and lists in a header; a valid one has four levels. */
const maxDepth = 8;

/**
 * Opens a packet. Never throws on invalid bytes. Time and memory depend on their length only, which is checked first.
 * @throws UnavailableError if another server holds its key, and this one does not
 */
export async function openPacket(bytes: Uint8Array, { keys, maxBytes }: OpenOptions): Promise<Opened> {
  if (bytes.length > maxBytes) return { unreadable: 'larger than allowed' };
  const sealed = readSealedHeader(bytes);
  if ('unreadable' in sealed) return sealed;
  const key = await keys.find(sealed.kid);
  if (!key) return { unreadable: 'sealed for an unknown key' };
  let plaintext: Uint8Array;
  try {
    ({ plaintext } = await compactDecrypt(bytes, key.privateKey, {
      keyManagementAlgorithms: [packetAlgorithms.alg],
      contentEncryptionAlgorithms: [packetAlgorithms.enc],
    }));
  } catch {
    return { unreadable: 'does not decrypt' };
  }
  return readPlaintext(plaintext);
}

/** Reads the decrypted content. The JWE header was checked before. */
function readPlaintext(plaintext: Uint8Array): Opened {
  try {
    const container = splitContainer(plaintext);
    const header = parseHeader(container.header);
    if (!header) return { unreadable: `not the header of a ${PACKET_TYPE} packet` };
    const { photo, frames } = splitParts(header, container.body);
    const isHashRight = createHash('sha256').update(photo).digest('base64url') === header.photo.sha256;
    return { packet: { header, photo, frames, isHashRight } };
  } catch (error) {
    if (error instanceof LayoutError) return { unreadable: error.message };
    throw error;
  }
}

function parseHeader(bytes: Uint8Array): PacketHeader | undefined {
  if (measureDepth(bytes) > maxDepth) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isPacketHeader(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The deepest nesting in JSON text; brackets inside strings do not count. */
function measureDepth(json: Uint8Array): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const c = json[i]!;
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}
