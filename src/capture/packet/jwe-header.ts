import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { PACKET_TYPE } from './layout.js';
import { packetAlgorithms } from './seal.js';

/** Maximum length of the protected header in characters; a valid one has about 330. */
const maxLength = 1024;

const coordinate = Type.String({ pattern: '^[\\w-]{43}$' });
/**
 * The complete protected header. A header with more fields (`zip`, `crit`, `jwk`, `apu` …) is refused here, before jose sees it.
 */
const validator = Compile(
  Type.Object(
    {
      alg: Type.Literal(packetAlgorithms.alg),
      enc: Type.Literal(packetAlgorithms.enc),
      typ: Type.Literal(PACKET_TYPE),
      kid: Type.String({ minLength: 1, maxLength: 64 }),
      epk: Type.Object(
        { kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: coordinate, y: coordinate },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
);

const dot = 0x2e;

/**
 * Checks a compact JWE before anything is decrypted: five base64url parts, no encrypted key (ECDH-ES has none), nonce and tag of
 * the length that A256GCM requires, and the exact header of a packet.
 * @returns the id of the key that the packet is sealed for, or the reason why it is invalid, for the log
 */
export function readSealedHeader(jwe: Uint8Array): { readonly kid: string } | { readonly unreadable: string } {
  const dots: number[] = [];
  for (let i = 0; i < jwe.length; i++) {
    if (jwe[i] === dot && dots.push(i) > 4) return { unreadable: 'not a sealed packet' };
    else if (!isAllowed(jwe[i]!)) return { unreadable: 'not a sealed packet' };
  }
  const [headerEnd, keyEnd, nonceEnd, textEnd] = dots;
  const isCut = headerEnd === undefined || keyEnd === undefined || nonceEnd === undefined || textEnd === undefined;
  if (
    isCut ||
    keyEnd !== headerEnd + 1 ||
    nonceEnd - keyEnd - 1 !== 16 ||
    jwe.length - textEnd - 1 !== 22 ||
    headerEnd > maxLength
  )
    return { unreadable: 'not a sealed packet' };
  try {
    const header: unknown = JSON.parse(
      Buffer.from(Buffer.from(jwe.subarray(0, headerEnd)).toString('latin1'), 'base64url').toString(),
    );
    return validator.Check(header) ? { kid: header.kid } : { unreadable: 'the header is not that of a packet' };
  } catch {
    return { unreadable: 'the header is not that of a packet' };
  }
}

/** Whether a byte is a base64url character or a dot. */
const isAllowed = (c: number): boolean =>
  (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x2d || c === 0x5f || c === dot;
