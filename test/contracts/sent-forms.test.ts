import { test } from 'tap';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { leaks, paths } from './clients.js';
import { filePart, multipartBody, sendRaw, textPart } from './raw-requests.js';

type RawPart = readonly [headers: string, body: Buffer | string];

test('forms as browsers and libraries send them', async (t) => {
  const server = await startTestServer(t, { TRIFACE_MAX_IMAGE_BYTES: '600000' });
  const picture = await selfie();
  const base64 = picture.toString('base64');
  const lines = base64.replace(/.{76}/g, '$&\r\n');
  const quoted = [...picture].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  const clients = {
    apptenticate: { authorization: `Bearer ${await server.apiToken()}`, file: 'selfie', texts: [] as RawPart[] },
    dms: {
      authorization: `Bearer ${await server.bearerToken()}`,
      file: 'file',
      texts: [
        [textPart('channel'), 'WEB'],
        [textPart('reference'), 'R'],
      ] as RawPart[],
    },
  };
  const boundary = 'b0undary';
  const post = async (contract: keyof typeof clients, body: Buffer, type = `multipart/form-data; boundary=${boundary}`) => {
    const headers = { Authorization: clients[contract].authorization, 'Content-Type': type };
    const { status, text } = await sendRaw(server.url, { path: paths[contract], headers, body });
    t.notMatch(text, leaks);
    return { status, json: JSON.parse(text) };
  };
  const isJudged = ({ status, json }: { status: number; json: { valid?: boolean; result?: string } }): boolean =>
    status === 200 && (json.valid === true || json.result === 'Real');

  for (const contract of ['apptenticate', 'dms'] as const) {
    const { file, texts } = clients[contract];
    const disposition = `Content-Disposition: form-data; name="${file}"`;
    const encoded = (encoding: string) => `${filePart(file)}\r\nContent-Transfer-Encoding: ${encoding}`;
    const form = (...parts: readonly RawPart[]) => multipartBody(boundary, [...texts, ...parts]);

    await t.test(`${contract}: a part that carries a picture is a file`, async (t) => {
      for (const [name, part] of [
        ['without filename and type', [disposition, picture]],
        ['without filename, image/jpeg', [`${disposition}\r\nContent-Type: image/jpeg`, picture]],
        ['without filename, octet-stream', [`${disposition}\r\nContent-Type: application/octet-stream`, picture]],
        ['without filename, text/plain', [`${disposition}\r\nContent-Type: text/plain; charset=UTF-8`, picture]],
        ['unquoted names', [`Content-Disposition: form-data; name=${file}; filename=a.jpg`, picture]],
        ['filename* only', [`${disposition}; filename*=utf-8''%C3%B1.jpg`, picture]],
        ['an empty filename', [`${disposition}; filename=""\r\nContent-Type: image/jpeg`, picture]],
        ['a filename with escapes', [`${disposition}; filename="a%22\\"b\\\\;.jpg"`, picture]],
        ['names in other letters', [`CONTENT-DISPOSITION:FORM-DATA; NAME="${file}"; FILENAME="a.jpg"`, picture]],
        ['a folded field', [`Content-Disposition: form-data;\r\n name="${file}";\r\n\tfilename="a.jpg"`, picture]],
        ['base64', [encoded('base64'), lines]],
        ['base64 in one line, in other letters', [encoded('BASE64'), base64]],
        ['quoted-printable', [encoded('quoted-printable'), quoted.replace(/.{72}/g, '$&=\r\n')]],
        ['binary', [encoded('binary'), picture]],
        ['8bit', [encoded(' 8bit '), picture]],
        ['base64 without a filename', [`${disposition}\r\nContent-Transfer-Encoding: base64`, lines]],
      ] as [string, RawPart][]) {
        const answer = await post(contract, form(part));
        t.ok(isJudged(answer), `${name}: ${JSON.stringify(answer).slice(0, 200)}`);
      }
      const large = Buffer.concat([picture, Buffer.alloc(600_000, 0xff)]);
      t.equal((await post(contract, form([disposition, large]))).status, 413, 'the limit of files holds');
      const encodedLarge = large.toString('base64');
      t.equal((await post(contract, form([encoded('base64'), encodedLarge]))).status, 413, 'and for what is decoded');
    });

    await t.test(`${contract}: what surrounds the parts`, async (t) => {
      const legal = "a'()+_,-./:=? 0";
      const whole = form([filePart(file), picture]);
      for (const [name, body, type] of [
        [
          'a quoted boundary',
          multipartBody(legal, [...texts, [filePart(file), picture]]),
          `multipart/form-data; boundary="${legal}"`,
        ],
        ['more parameters', whole, `Multipart/Form-Data; charset=utf-8; Boundary=${boundary}; x=y`],
        ['preamble and epilogue', Buffer.concat([Buffer.from('a preamble\r\n'), whole, Buffer.from('an epilogue\r\n--\r\n')])],
        ['an empty input beside it', form([filePart(file), picture], [`${textPart('other')}; filename=""`, ''])],
        ['an empty input of the same name after it', form([filePart(file), picture], [`${disposition}; filename=""`, ''])],
        ['names with the escapes of browsers', form([textPart('a%22b%0D%0Ac'), 'x'], [filePart(file), picture])],
      ] as [string, Buffer, string?][]) {
        const answer = await post(contract, body, type);
        t.ok(isJudged(answer), `${name}: ${JSON.stringify(answer).slice(0, 200)}`);
      }
      const byLines = Buffer.concat([
        ...[...texts, [filePart(file), picture] as RawPart].flatMap(([headers, content]) => [
          Buffer.from(`--${boundary} \t\n${headers.replaceAll('\r\n', '\n')}\n\n`),
          Buffer.from(content),
          Buffer.from('\n'),
        ]),
        Buffer.from(`--${boundary}--`),
      ]);
      t.ok(isJudged(await post(contract, byLines)), 'LF alone, white space after the boundary');
    });

    await t.test(`${contract}: what cannot be decoded is 400 and names the field`, async (t) => {
      for (const [name, part] of [
        ['an unknown encoding', [encoded('uuencode'), picture]],
        ['broken base64', [encoded('base64'), base64.replace(/.$/, '*')]],
        ['cut base64', [encoded('base64'), `${base64.replace(/=+$/, '').slice(0, 1001)}`]],
        ['broken quoted-printable', [encoded('quoted-printable'), '=X1']],
        ['parts of its own', [`${disposition}\r\nContent-Type: multipart/mixed; boundary=c`, '--c--']],
        ['a text', [disposition, 'packet']],
        ['a word for nothing', [disposition, 'undefined']],
        ['an empty input', [`${disposition}; filename=""\r\nContent-Type: application/octet-stream`, '']],
      ] as [string, RawPart][]) {
        const { status, json } = await post(contract, form(part));
        t.equal(status, 400, name);
        if (contract === 'apptenticate') t.same(Object.keys(json), [file], `${name}: ${JSON.stringify(json)}`);
        else t.match(json.message, file, name);
      }
    });
  }

  await t.test('fields by their type, whatever their headers say', async (t) => {
    const { texts } = clients.dms;
    for (const type of ['application/octet-stream', 'text/plain', 'text/x-anything; charset=utf-8'])
      t.ok(
        isJudged(
          await post(
            'dms',
            multipartBody(boundary, [
              ...texts.map(([head, text]) => [`${head}\r\nContent-Type: ${type}`, text] as const),
              [filePart('file'), picture],
            ]),
          ),
        ),
        type,
      );
    const reference = async (encoding: string, text: string) =>
      (
        await post(
          'dms',
          multipartBody(boundary, [
            [textPart('channel'), 'WEB'],
            [`${textPart('reference')}\r\nContent-Transfer-Encoding: ${encoding}`, text],
            [filePart('file'), picture],
          ]),
        )
      ).json.reference;
    t.equal(await reference('base64', 'UmVmLTE='), 'Ref-1');
    t.equal(await reference('quoted-printable', 'Ref=2D=\r\n1'), 'Ref-1');
    t.equal(await reference('7bit', 'null'), 'null', 'a text may be the word null');
    const { status } = await post('dms', multipartBody(boundary, [[textPart('reference'), 'x'.repeat(100_000)], ...texts]));
    t.equal(status, 413, 'the limit of texts holds');
  });
});
