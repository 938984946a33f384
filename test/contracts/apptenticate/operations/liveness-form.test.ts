import { test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer } from '../../../helper.js';
import { ask, countScans, openBeside, paths, post, postJson } from '../../clients.js';

test('the form of POST /api/v3/biometrics/liveness/', async (t) => {
  const server = await startTestServer(t, { TRIFACE_MAX_IMAGE_BYTES: '400000' });
  const authorization = `Bearer ${await server.apiToken()}`;
  const url = server.url + paths.apptenticate;
  const picture = await selfie();
  const send = (parts: Record<string, string | Buffer>, at = url) => post(at, form(parts), { authorization });

  await t.test('both versions, with and without the trailing slash', async (t) => {
    for (const version of ['v3', 'v2'])
      for (const slash of ['/', '', '?x=1'])
        t.match(await send({ selfie: picture }, `${server.url}/api/${version}/biometrics/liveness${slash}`), {
          status: 200,
          text: '{"valid":true}',
        });
    t.equal((await send({ selfie: picture }, `${server.url}/api/v4/biometrics/liveness/`)).status, 404);
  });

  await t.test('booleans in every spelling', async (t) => {
    for (const word of ['true', 'True', 'TRUE', '1', 't', 'T', 'yes', 'YES', 'y', 'on', 'On', '"True"', '"true"', ' true '])
      t.type((await send({ selfie: picture, return_id: word })).json.id, 'number', word);
    for (const word of ['false', 'False', 'FALSE', '0', 'f', 'no', 'N', 'off', 'OFF', '"False"', '', ' ', 'null', 'undefined'])
      t.equal((await send({ selfie: picture, return_id: word })).text, '{"valid":true}', word || 'empty');
    for (const field of ['details', 'return_id'])
      for (const word of ['2', 'tru', 'ja', 'on off', '"']) {
        const answer = await send({ selfie: picture, [field]: word });
        t.equal(answer.status, 400);
        t.same(answer.json, { [field]: ['Must be a valid boolean.'] }, `${field}=${word}`);
      }
  });

  await t.test('device', async (t) => {
    for (const device of ['DESKTOP', 'IOS', 'ANDROID', 'ios', '']) {
      t.equal((await send({ selfie: picture, device })).status, 200, device || 'empty');
    }
    const answer = await send({ selfie: picture, device: 'TOASTER' });
    t.equal(answer.status, 400);
    t.same(answer.json, { device: ['"TOASTER" is not a valid choice.'] });
  });

  await t.test('the selfie', async (t) => {
    const none = { selfie: ['No file was submitted.'] };
    const noFile = { selfie: ['The submitted data was not a file. Check the encoding type on the form.'] };
    const cases: [string, Awaited<ReturnType<typeof send>>, unknown][] = [
      ['missing', await send({ details: 'true' }), none],
      ['under another name', await send({ image: picture }), none],
      ['as text', await send({ selfie: picture.toString('base64').slice(0, 1000) }), noFile],
      ['in JSON', await postJson(url, { selfie: picture.toString('base64') }, { authorization }), noFile],
      ['urlencoded', await post(url, new URLSearchParams({ selfie: 'x' }), { authorization }), noFile],
    ];
    for (const [name, answer, body] of cases) {
      t.equal(answer.status, 400, name);
      t.same(answer.json, body, name);
    }
    const twice = form({ selfie: Buffer.from('not this one') });
    twice.append('selfie', new Blob([new Uint8Array(picture)]), 'b.jpg');
    t.equal((await post(url, twice, { authorization })).text, '{"valid":true}', 'of two the last one counts');
    const more = await send({ selfie: picture, citizen_id: '7-708-214', name: 'ñandú 猫', other: picture });
    t.equal(more.text, '{"valid":true}', 'fields and files that are not known are left alone');
  });

  await t.test('the file’s name and declared type do not matter', async (t) => {
    for (const [name, type] of [
      ['x.txt', 'text/plain'],
      ['selfie.png', 'image/png'],
      ['../../../etc/passwd', 'application/octet-stream'],
      ['no type', ''],
    ] as const) {
      const data = new FormData();
      data.append('selfie', new Blob([new Uint8Array(picture)], { type }), name);
      t.equal((await post(url, data, { authorization })).text, '{"valid":true}', name);
    }
  });

  await t.test('a capture packet is not taken for a selfie', async (t) => {
    const store = await openBeside(t, server.dataDir);
    const before = await countScans(store);
    for (const packet of [Buffer.from('packet'), Buffer.alloc(0), 'a.b.c.d.e'])
      t.match(await send({ selfie: picture, encrypted_file: packet }), {
        status: 200,
        json: { valid: false, error_code: 708, message: 'Error reading image.' },
      });
    t.equal(await countScans(store), before + 3, 'each is stored as unreadable');
    for (const nothing of ['', ' ', 'undefined', 'null'])
      t.equal((await send({ selfie: picture, encrypted_file: nothing })).text, '{"valid":true}', 'none was sent');
    for (const text of ['packet', '[object Object]', '{}', 'a.b.c.d'])
      t.match(await send({ selfie: picture, encrypted_file: text }), {
        status: 400,
        json: { encrypted_file: ['The submitted data was not a file. Check the encoding type on the form.'] },
      });
  });

  await t.test('too large', async (t) => {
    const answer = await send({ selfie: Buffer.concat([picture, Buffer.alloc(400_000)]) });
    t.equal(answer.status, 413);
    t.match(answer.json, { detail: /too large/ });
    const huge = await send({ selfie: Buffer.alloc(3_000_000) });
    t.equal(huge.status, 413, 'the body as a whole, too');
    t.equal((await send({ selfie: picture })).text, '{"valid":true}', 'and the server goes on');
  });

  await t.test('405, 404 and 415', async (t) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await ask(url, { method, headers: { authorization } });
      t.equal(answer.status, 405, method);
      t.same(answer.json, { detail: `Method "${method}" not allowed.` });
      t.equal(answer.headers.get('allow'), 'POST');
    }
    const lost = await ask(`${server.url}/api/v3/biometrics/nothing/`, { headers: { authorization } });
    t.equal(lost.status, 404);
    t.same(lost.json, { detail: 'Not found.' });
    for (const type of ['application/xml', 'image/jpeg', 'text/plain', 'application/octet-stream']) {
      const answer = await post(url, picture, { authorization, 'content-type': type });
      t.equal(answer.status, 415, type);
      t.same(answer.json, { detail: `Unsupported media type "${type}" in request.` });
    }
  });
});
