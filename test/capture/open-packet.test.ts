import { deflateRawSync } from 'node:zlib';
import { CompactEncrypt, CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import { test } from 'tap';
import { openPacket } from '../../src/capture/open-packet.js';
import { joinPacket, packetLimits } from '../../src/capture/packet/layout.js';
import { packetAlgorithms, sealPacket } from '../../src/capture/packet/seal.js';
import { type CaptureKey, makeCaptureKey, parseCaptureKey } from '../../src/keys/capture-key.js';
import { cpuSecondsSince } from '../cpu-time.js';
import { repetitions } from '../repetitions.js';
import { fuzzPackets, makeSmallCapture } from './fuzzed-packets.js';
import { seal } from './made-capture.js';
import { ringOf } from './ring-of.js';

const makeKey = async (): Promise<CaptureKey> => parseCaptureKey(await makeCaptureKey());
const key = await makeKey();
const retired = await makeKey();
const options = { keys: ringOf(key, retired), maxBytes: 4_194_304 };
const open = (bytes: Uint8Array) => openPacket(bytes, options);
const capture = await makeSmallCapture();
const plaintext = joinPacket(capture.header, capture.photo, capture.frames);
const sealed = await seal(capture, key);
const parts = sealed.toString('latin1').split('.') as [string, string, string, string, string];
/** Seals a packet whose header is replaced by this text. */
const sealText = (json: string | Uint8Array, rest: Uint8Array = new Uint8Array()) => {
  const text = Buffer.from(json as string);
  const prefix = Buffer.from('TFCP\u0001\0\0\0\0', 'latin1');
  prefix.writeUInt32BE(text.length, 5);
  return sealPacket(Buffer.concat([prefix, text, rest]), key.publicJwk, key.kid);
};

test('a sealed packet opens, with the current key and with a retired one', async (t) => {
  for (const { kid, publicJwk } of [key, retired]) {
    const opened = await open(await sealPacket(plaintext, publicJwk, kid));
    if (!('packet' in opened)) return t.fail(opened.unreadable);
    t.same(opened.packet.header, capture.header);
    t.ok(Buffer.from(capture.photo).equals(opened.packet.photo));
    t.equal(opened.packet.frames.length, capture.frames.length);
    t.ok(opened.packet.frames.every((frame, i) => Buffer.from(capture.frames[i]!).equals(frame)));
    t.equal(opened.packet.isHashRight, true);
  }
});

test('a packet with a swapped photo opens, and the hash shows the swap', async (t) => {
  const photo = Buffer.from(capture.photo);
  photo[photo.length >> 1]! ^= 1;
  const opened = await open(await seal({ ...capture, photo }, key));
  t.match(opened, { packet: { isHashRight: false } });
});

test('anything that cannot be opened is unreadable', async (t) => {
  const forge = async (header: Record<string, unknown>, bytes: Uint8Array = plaintext, jwk: unknown = key.publicJwk) =>
    Buffer.from(
      await new CompactEncrypt(bytes)
        .setProtectedHeader({ ...packetAlgorithms, kid: key.kid, typ: 'triface-capture', ...header } as never)
        .encrypt(await importJWK(jwk as never, 'ECDH-ES')),
    );
  const withHead = (changes: Record<string, unknown>) => {
    const head = { ...JSON.parse(Buffer.from(parts[0], 'base64url').toString()), ...changes };
    return Buffer.from([Buffer.from(JSON.stringify(head)).toString('base64url'), ...parts.slice(1)].join('.'));
  };
  const other = await makeKey();
  const p384 = await exportJWK((await generateKeyPair('ECDH-ES', { crv: 'P-384', extractable: true })).publicKey);
  const { privateKey } = await generateKeyPair('ES256');
  const flipped = (part: number, at: number) => {
    const changed = [...parts];
    const bytes = Buffer.from(changed[part]!, 'base64url');
    bytes[at]! ^= 1;
    changed[part] = bytes.toString('base64url');
    return Buffer.from(changed.join('.'));
  };
  const header = JSON.stringify(capture.header);
  const body = plaintext.subarray(9 + Buffer.byteLength(header));
  const wrong: [string, Uint8Array | Promise<Uint8Array>][] = [
    ['nothing', new Uint8Array()],
    ['a JPEG', capture.photo],
    ['text', Buffer.from('encrypted file')],
    ['dots', Buffer.from('....')],
    ['many dots', Buffer.alloc(4_000_000, '.')],
    ['4 MB of base64url', Buffer.alloc(4_000_000, 'A')],
    ['50 MB', Buffer.alloc(50_000_000, 'A')],
    ...[1, 100, parts[0].length, sealed.length >> 1, sealed.length - 1].map((length): [string, Uint8Array] => [
      `cut at ${length}`,
      sealed.subarray(0, length),
    ]),
    ['something behind it', Buffer.concat([sealed, Buffer.from('A')])],
    ['a line feed behind it', Buffer.concat([sealed, Buffer.from('\n')])],
    ['flipped in the nonce', flipped(2, 3)],
    ['flipped in the text', flipped(3, 1000)],
    ['flipped in the tag', flipped(4, 3)],
    ['parts reordered', Buffer.from([parts[0], parts[1], parts[3], parts[2], parts[4]].join('.'))],
    ['a part left out', Buffer.from([parts[0], parts[2], parts[3], parts[4]].join('.'))],
    [
      'text of another packet',
      seal(capture, key).then((b) => Buffer.from([...parts.slice(0, 3), b.toString().split('.')[3], parts[4]].join('.'))),
    ],
    ['for another key, under our id', forge({}, plaintext, other.publicJwk)],
    ['for an unknown key', seal(capture, other)],
    ['without a key id', withHead({ kid: undefined })],
    ['a key id that is a path', withHead({ kid: '../../keys/jwt-secret' })],
    ['of another type', forge({ typ: 'JWT' })],
    ['A128GCM', forge({ enc: 'A128GCM' })],
    ['ECDH-ES+A256KW', forge({ alg: 'ECDH-ES+A256KW' })],
    ['alg none', withHead({ alg: 'none' })],
    ['alg dir', withHead({ alg: 'dir' })],
    ['zip', withHead({ zip: 'DEF' })],
    ['crit', withHead({ crit: ['exp'], exp: 1 })],
    ['jwk', withHead({ jwk: key.publicJwk })],
    ['apu', withHead({ apu: 'QQ' })],
    ['an ephemeral key of another curve', withHead({ epk: { kty: 'EC', crv: 'P-384', x: p384.x, y: p384.y } })],
    [
      'an ephemeral key that is not a point',
      withHead({ epk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }),
    ],
    ['a symmetric ephemeral key', withHead({ epk: { kty: 'oct', k: 'AAAA' } })],
    [
      'a signed one',
      new CompactSign(plaintext)
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey)
        .then((s) => Buffer.from(s)),
    ],
    ['a JWE in JSON', Buffer.from(JSON.stringify({ protected: parts[0], iv: parts[2], ciphertext: parts[3], tag: parts[4] }))],
    ['sealed nothing', sealPacket(new Uint8Array(), key.publicJwk, key.kid)],
    ['a sealed JPEG', sealPacket(capture.photo, key.publicJwk, key.kid)],
    ['another version', sealPacket(Buffer.concat([Buffer.from('TFCP\u0002'), plaintext.subarray(5)]), key.publicJwk, key.kid)],
    [
      'a header longer than all',
      sealPacket(Buffer.from('TFCP\u0001\u00ff\u00ff\u00ff\u00ff{}', 'latin1'), key.publicJwk, key.kid),
    ],
    ['a header of 70,000 bytes', sealText(`{"a":"${'x'.repeat(70_000)}"}`)],
    ['deeply nested lists', sealText('['.repeat(30_000) + ']'.repeat(30_000))],
    ['deeply nested objects', sealText(`${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`)],
    ['a nest that is not closed', sealText('['.repeat(60_000))],
    ['no JSON', sealText('{"version":1')],
    ['no UTF-8', sealText(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))],
    ['null', sealText('null')],
    ['__proto__', sealText(header.replace('{', '{"__proto__":{"version":1},'), body)],
    ['a field that is not known', sealText(header.replace('{', '{"more":1,'), body)],
    ['a field twice, the second wrong', sealText(header.replace(/}$/, ',"version":2}'), body)],
    ['a number that is none', sealText(header.replace(/"createdAt":\d+/, '"createdAt":1e999'), body)],
    [
      'more frames than allowed',
      sealText(
        JSON.stringify({ ...capture.header, frames: Array(packetLimits.frames + 1).fill(capture.header.frames[0]) }),
        body,
      ),
    ],
    [
      'more JPEG frames than allowed',
      sealText(JSON.stringify({ ...capture.header, frames: Array(5).fill(capture.header.frames[0]) }), body),
    ],
    [
      'a luma frame of other length than size',
      sealText(JSON.stringify({ ...capture.header, frames: [{ ...capture.header.frames[1], height: 73 }] }), body),
    ],
    [
      'a part longer than what is there',
      sealText(JSON.stringify({ ...capture.header, photo: { ...capture.header.photo, length: 2 ** 31 } }), body),
    ],
    ['a part shorter', sealText(JSON.stringify({ ...capture.header, photo: { ...capture.header.photo, length: 10 } }), body)],
    ['a byte too many', sealText(header, Buffer.concat([body, Buffer.alloc(1)]))],
    ['a byte too few', sealText(header, body.subarray(1))],
    ['a zip bomb sealed', sealPacket(deflateRawSync(Buffer.alloc(50_000_000)), key.publicJwk, key.kid)],
    ['3 MB of zeros sealed', sealPacket(new Uint8Array(3_000_000), key.publicJwk, key.kid)],
  ];
  for (const [name, made] of wrong) {
    const bytes = await made;
    const used = process.cpuUsage();
    const opened = await open(bytes);
    const seconds = cpuSecondsSince(used);
    t.type((opened as { unreadable?: string }).unreadable, 'string', name);
    t.ok(seconds < 1.5, `${name}: ${seconds} s of CPU time`);
  }
  t.equal('packet' in (await open(sealed)), true, 'and the right one still opens');
});

test('lengths are checked before anything is decrypted', async (t) => {
  t.same(await openPacket(sealed, { ...options, maxBytes: sealed.length - 1 }), { unreadable: 'larger than allowed' });
  t.equal('packet' in (await openPacket(sealed, { ...options, maxBytes: sealed.length })), true);
});

const runs = repetitions(800, 2000);
test('hundreds of mutated packets: opened or refused without an exception, all numbers within their ranges', async (t) => {
  const outcome = await fuzzPackets(capture, key, { runs });
  t.comment(JSON.stringify(outcome));
  t.equal(outcome.opened + outcome.unreadable, runs);
  t.ok(outcome.opened > runs / 25, 'some of them get through the schema');
});
