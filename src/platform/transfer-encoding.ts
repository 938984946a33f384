const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

/** The transfer encodings of a part that change its bytes, and those that do not (RFC 2045, 6). */
const identities = new Set(['', '7bit', '8bit', 'binary']);
const encodings = new Set([...identities, 'base64', 'quoted-printable']);

/** Whether a value of `Content-Transfer-Encoding` is known. */
export const isKnownEncoding = (encoding: string): boolean => encodings.has(encoding);
/** Whether it changes bytes, so that the content is longer than what it stands for. */
export const changesBytes = (encoding: string): boolean => !identities.has(encoding);

/**
 * Decodes a part's content. @param encoding in lower case; a known one
 * @returns undefined if the content is not valid in the encoding: what cannot be decoded is not guessed
 */
export function decodeTransfer(bytes: Buffer, encoding: string): Buffer | undefined {
  if (encoding === 'base64') return decodeBase64(bytes);
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(bytes) : bytes;
}

/** Line ends and white space may be anywhere; the padding may be missing. */
function decodeBase64(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1').replace(/[\r\n\t ]+/g, '');
  const digits = text.replace(/={1,2}$/, '');
  const isPadded = digits.length < text.length;
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1 || (isPadded && text.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, 'base64');
}

/** One pass over the bytes: they may be many. */
function decodeQuotedPrintable(bytes: Buffer): Buffer | undefined {
  const decoded = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  /** the end of what stays if the line ends here: white space at its end was added in transport */
  let kept = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === EQUALS) {
      const end = endOfLine(bytes, at + 1);
      if (end === undefined) {
        const digits = bytes.toString('latin1', at + 1, at + 3);
        if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined;
        decoded[length++] = Number.parseInt(digits, 16);
        at += 2;
      } else at = end - 1;
      kept = length;
    } else if (byte === SPACE || byte === TAB) decoded[length++] = byte;
    else {
      if (byte === LF || (byte === CR && bytes[at + 1] === LF)) length = kept;
      decoded[length++] = byte;
      kept = length;
    }
  }
  return decoded.subarray(0, kept);
}

/** Where the next line begins, if nothing but white space is before it; undefined otherwise. */
function endOfLine(bytes: Buffer, from: number): number | undefined {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CR) at++;
  if (at >= bytes.length) return bytes.length;
  return bytes[at] === LF ? at + 1 : undefined;
}
