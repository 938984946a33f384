import { test } from 'tap';
import { decodeTransfer, isKnownEncoding } from '../../src/platform/transfer-encoding.js';
import { Random } from '../random.js';

const decode = (text: string, encoding: string) => decodeTransfer(Buffer.from(text, 'latin1'), encoding)?.toString('latin1');

test('base64, quoted-printable and the encodings that change nothing', async (t) => {
  for (const [text, want] of [
    ['', ''],
    ['TWFu', 'Man'],
    ['TW\r\nE=\r\n', 'Ma'],
    ['TQ==', 'M'],
    ['TQ', 'M'],
    ['TQ=', undefined],
    ['T', undefined],
    ['TQ==TQ==', undefined],
    ['TW-u', undefined],
    ['====', undefined],
  ] as const)
    t.equal(decode(text, 'base64'), want, `base64 ${JSON.stringify(text)}`);
  for (const [text, want] of [
    ['a=3Db', 'a=b'],
    ['a=3db', 'a=b'],
    ['soft=\r\n break=  \t\r\n here=\n!', 'soft break here!'],
    ['white \t\r\nspace at the end  ', 'white\r\nspace at the end'],
    ['kept=20\r\n', 'kept \r\n'],
    ['a =\r\nb', 'a b'],
    ['end=', 'end'],
    ['bare \rCR', 'bare \rCR'],
    ['a=', 'a'],
    ['a=4', undefined],
    ['a=zz', undefined],
    ['a=\rb', undefined],
  ] as const)
    t.equal(decode(text, 'quoted-printable'), want, `quoted-printable ${JSON.stringify(text)}`);
  for (const encoding of ['', '7bit', '8bit', 'binary']) t.equal(decode('=3D\xff\r\n', encoding), '=3D\xff\r\n', encoding);
  for (const encoding of ['uuencode', 'x-gzip', 'base64url']) t.notOk(isKnownEncoding(encoding), encoding);

  const random = new Random(27);
  for (let length = 0; length < 300; length++) {
    const bytes = Buffer.from(Array.from({ length }, () => random.whole(0, 255)));
    const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
    const quoted = [...bytes].map((byte) => `=${byte.toString(16).padStart(2, '0')}${byte % 7 ? '' : '=\r\n'}`).join('');
    if (decode(lines, 'base64') !== bytes.toString('latin1')) return t.fail(`base64 of ${length} bytes`);
    if (decode(quoted, 'quoted-printable') !== bytes.toString('latin1')) return t.fail(`quoted-printable of ${length} bytes`);
  }
});
