import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { takeBase64Member } from '../../src/platform/base64-member.js';

const placeholder = 'in place of it';
const take = (json: string) => takeBase64Member(Buffer.from(json, 'latin1'), 'picture', placeholder);

test('a large base64 text is taken out of the JSON', async (t) => {
  for (const length of [12_288, 12_289, 49_152, 49_153, 100_000, 1_000_001, 3_000_002]) {
    const bytes = randomBytes(length);
    const base64 = bytes.toString('base64');
    const texts: Record<string, string> = {
      base64,
      'without padding': base64.replace(/=+$/, ''),
      'URL-safe': bytes.toString('base64url'),
      'escaped slashes, as PHP writes them': base64.replaceAll('/', '\\/'),
      'escaped plus signs, as .NET writes them': base64.replaceAll('+', '\\u002B'),
      'data URL': `data:image/jpeg;base64,${base64}`,
      'data URL with parameters and escapes': `DATA:image\\/jpeg;name=a.jpg; base64,${base64}`,
    };
    for (const [name, text] of Object.entries(texts)) {
      const taken = await take(`{"a":1, "picture" :\n"${text}","b":"x"}`);
      t.ok(taken?.member.bytes.equals(bytes), `${length} bytes, ${name}`);
      t.same(JSON.parse(taken!.json.toString()), { a: 1, picture: placeholder, b: 'x' });
    }
    const { buffer, byteLength } = (await take(`{"picture":"${base64}"}`))!.member.bytes;
    t.equal(buffer.byteLength, byteLength, 'its memory is its own');
  }
});

test('what the parser of JSON must see is left to it', async (t) => {
  const base64 = randomBytes(60_000).toString('base64');
  const left: Record<string, string> = {
    'a small one': '{"picture":"AAAA"}',
    'another member': `{"other":"${base64}"}`,
    'the name within a text': `{"other":"\\"picture\\":\\"${base64}"}`,
    'a number': '{"picture":1}',
    'no end': `{"picture":"${base64}`,
    'white space': `{"picture":"${base64.slice(0, 76)}\\r\\n${base64.slice(76)}"}`,
    'a raw line feed, which is not JSON': `{"picture":"${base64.slice(0, 76)}\n${base64.slice(76)}"}`,
    'a space in place of a plus sign': `{"picture":"${base64} "}`,
    'another character': `{"picture":"${base64.slice(0, 70_000)}é${base64.slice(70_000)}"}`,
    'data after the padding': `{"picture":"${base64.slice(0, 65_536 - 4)}AA==${base64}"}`,
    'too much padding': `{"picture":"${base64}==="}`,
    'one character too many': `{"picture":"${base64}A"}`,
    'an escape that is none': `{"picture":"${base64}\\x"}`,
    'an escaped quote': `{"picture":"${base64}\\""}`,
    'a URL': `{"picture":"https://example.com/${base64}"}`,
    'a data URL with percents': `{"picture":"data:image/jpeg;base64,${base64.replaceAll('+', '%2B')}%3D"}`,
    'a data URL without base64': `{"picture":"data:image/jpeg,${base64}"}`,
    'no JSON at all': base64,
  };
  for (const [name, json] of Object.entries(left)) t.equal(await take(json), undefined, name);
});

test('an escape at the border of two chunks', async (t) => {
  for (let shift = 0; shift < 8; shift++) {
    const base64 = 'A'.repeat(65_536 - shift) + '/'.repeat(3) + 'A'.repeat(20_000 - 3 + shift);
    const taken = await take(`{"picture":"${base64.replaceAll('/', '\\u002f')}"}`);
    t.ok(taken?.member.bytes.equals(Buffer.from(base64, 'base64')), `${shift} characters earlier`);
  }
});
