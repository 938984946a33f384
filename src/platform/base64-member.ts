import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bytes below which a member stays in the JSON. */
const SMALLEST = 16_384;
/** Longest part of a data URL before its comma, in characters. */
const LONGEST_HEAD = 1024;
/** Bytes of the text that are decoded at a time, and between two turns of the event loop. */
const CHUNK = 65_536;
const TURN = 1_048_576;

const [QUOTE, BACKSLASH, COLON, EQUALS] = [0x22, 0x5c, 0x3a, 0x3d];

/** A large base64 text that was taken out of a JSON body. */
export interface Base64Member {
  /** stands in the JSON for the text; nobody else can know it */
  readonly placeholder: string;
  /** decoded */
  readonly bytes: Buffer;
}

/** A body without its large member. */
export interface RemainingJson {
  readonly json: Buffer;
  readonly member: Base64Member;
}

/**
 * Decodes a large base64 text directly from the bytes of a JSON body. As a string it would be copied several times in V8's heap,
 * which does not give the memory back, and block the event loop meanwhile.
 *
 * Taken is a text of standard or URL-safe base64 without white space, or a data URL of it, with or without JSON escapes. Everything
 * else (another text, a text that is not valid, a small one) is left to the JSON parser.
 * @param body JSON, in UTF-8 or not yet known to be
 * @param name of the member
 * @param placeholder a text that the client cannot know
 * @returns undefined: the body must be parsed as it is
 */
export async function takeBase64Member(body: Buffer, name: string, placeholder: string): Promise<RemainingJson | undefined> {
  const text = findText(body, name);
  if (!text || text.end - text.start < SMALLEST) return undefined;
  const bytes = await decode(body.subarray(text.start + lengthOfHead(body, text.start), text.end));
  if (!bytes) return undefined;
  const json = Buffer.concat([body.subarray(0, text.start), Buffer.from(placeholder), body.subarray(text.end)]);
  return { json, member: { placeholder, bytes } };
}

/** Where the text of the first member of this name begins and ends, without its quotes. */
function findText(body: Buffer, name: string): { start: number; end: number } | undefined {
  const key = JSON.stringify(name);
  const found = body.indexOf(key);
  if (found < 0) return undefined;
  const colon = skipSpace(body, found + key.length);
  const start = skipSpace(body, colon + 1);
  if (body[colon] !== COLON || body[start] !== QUOTE) return undefined;
  const end = body.indexOf(QUOTE, start + 1);
  // An escaped quote is in no base64.
  return end < 0 || body[end - 1] === BACKSLASH ? undefined : { start: start + 1, end };
}

/** Characters before the data of a data URL with base64; 0: it is not one. */
function lengthOfHead(body: Buffer, start: number): number {
  const head = body.toString('latin1', start, start + LONGEST_HEAD);
  const length = head.indexOf(',') + 1;
  return /^data:.*;\s*base64,$/i.test(unescapeJson(head.slice(0, length)) ?? '') ? length : 0;
}

function skipSpace(body: Buffer, at: number): number {
  let next = at;
  while (body[next] === 0x20 || body[next] === 0x0a || body[next] === 0x0d || body[next] === 0x09) next++;
  return next;
}

/** @returns undefined if it is not base64 */
async function decode(text: Buffer): Promise<Buffer | undefined> {
  // Exactly as long as the picture if nothing is escaped, so that it can be passed on without a copy.
  const signs = text.subarray(-2).filter((byte) => byte === EQUALS).length;
  const bytes = Buffer.allocUnsafeSlow(Math.floor(((text.length - signs) * 3) / 4));
  let length = 0;
  /** characters that do not fill a group of four yet */
  let rest = '';
  let padding = 0;
  for (let at = 0; at < text.length; ) {
    const end = endOfChunk(text, at);
    const chunk = unescapeJson(text.toString('latin1', at, end));
    const [, data, equals] = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(chunk ?? ' ') ?? [];
    if (data === undefined || (padding > 0 && data !== '')) return undefined;
    padding += equals!.length;
    rest += data;
    const whole = rest.length - (rest.length % 4);
    length += bytes.write(rest.slice(0, whole), length, 'base64');
    rest = rest.slice(whole);
    if (Math.floor(end / TURN) > Math.floor(at / TURN)) await nextTurn();
    at = end;
  }
  if (padding > 2 || rest.length === 1) return undefined;
  length += bytes.write(rest, length, 'base64');
  return bytes.subarray(0, length);
}

/** @returns where a chunk ends that begins at `at`: not within an escape, of which the longest has six characters */
function endOfChunk(text: Buffer, at: number): number {
  const end = at + CHUNK;
  if (end >= text.length) return text.length;
  const lastEscape = text.subarray(end - 6, end).lastIndexOf(BACKSLASH);
  return lastEscape < 0 ? end : end - 6 + lastEscape;
}

/** @returns undefined if an escape is not valid */
function unescapeJson(chunk: string): string | undefined {
  if (!chunk.includes('\\')) return chunk;
  try {
    return JSON.parse(`"${chunk}"`) as string;
  } catch {
    return undefined;
  }
}
