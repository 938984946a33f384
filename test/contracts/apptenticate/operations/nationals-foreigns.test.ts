import sharp from 'sharp';
import { noFace, replay, selfie } from '../../../fixtures/pictures.js';
import { testEach } from '../../../storage/databases.js';
import { type Parts, startRecognizer } from '../recognizer.js';

const both = [
  ['v3.2', '/'],
  ['v3.2', ''],
  ['v3', '/'],
  ['v3', ''],
  ['v2', '/'],
  ['v2', ''],
] as const;
const attackText = 'Attack detected in the sent image.';

testEach('nationals and foreigns', async (t, databaseUrl) => {
  const recognizer = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const { send, create, addAccount, countRows, store } = recognizer;
  const picture = await selfie();
  const other = await selfie('other');
  const { json: person } = await create({ citizen_id: '7-708-214', name: 'Will Smith', image: picture });
  const nationals = (parts: Parts, headers = {}) => send('POST', 'nationals/', { form: parts, headers });
  const foreigns = (parts: Parts, headers = {}) => send('POST', 'foreigns/', { form: parts, headers });

  await t.test('nationals: the liveness answer, then the recognizer’s fields', async (t) => {
    const citizen_id = '7-708-214';
    const told = { result: true, result_text: 'Recognised face', name: 'Will Smith', citizen_id };
    for (const [version, slash] of both) {
      const path = `/api/${version}/biometrics/nationals${slash}`;
      const { status, text } = await send('POST', path, { form: { selfie: picture, citizen_id, device: 'DESKTOP' } });
      t.equal(status, 200);
      t.equal(text, JSON.stringify({ valid: true, ...told }), path);
    }
    const { json, text } = await nationals({ selfie: picture, citizen_id, return_id: 'true', details: 'true' });
    const { api_response, id } = json;
    t.equal(text, JSON.stringify({ valid: true, api_response, id, ...told }));
    t.ok(Number.isInteger(id));
    t.match(api_response, { score: Number, quality: Number, liveness: Number });
    const spanish = await nationals({ selfie: other, citizen_id }, { 'accept-language': 'es' });
    t.equal(spanish.text, '{"valid":true,"result":false,"result_text":"Rostro no coincide con identificación"}');
  });

  await t.test('nationals: liveness cannot be switched off', async (t) => {
    const { status, json } = await nationals({ selfie: await replay(), citizen_id: '7-708-214' });
    t.equal(status, 200);
    t.match(json, { valid: false, error_code: 715, message: attackText, error_details: { api_response: {} } });
    t.notOk('result' in json);
  });

  await t.test('nationals: an unknown citizen, missing fields, an invalid picture', async (t) => {
    const unknown = await nationals({ selfie: picture, citizen_id: 'nobody' });
    t.match(unknown, { status: 404, json: { error_code: 902 } });
    t.same((await nationals({ selfie: picture })).json, { citizen_id: ['This field is required.'] });
    t.same((await nationals({ citizen_id: '7-708-214' })).json, { selfie: ['No file was submitted.'] });
    t.equal(
      (await nationals({ citizen_id: '7-708-214', selfie: Buffer.from('x') })).text,
      '{"valid":false,"error_code":708,"message":"Error reading image."}',
      'in the liveness page’s order',
    );
  });

  await t.test('foreigns: a face and a document', async (t) => {
    const document = await idCard(await selfie());
    for (const [version, slash] of both) {
      const path = `/api/${version}/biometrics/foreigns${slash}`;
      const { status, text } = await send('POST', path, {
        form: { selfie: picture, frontside: document, document_type: 'passport' },
      });
      t.equal(status, 200);
      t.equal(text, '{"valid":true,"result":true,"result_text":"Recognised face"}', path);
    }
    const before = await countRows();
    for (const document_type of ['passport', 'identification_card', 'profile_image']) {
      const { json } = await foreigns({ selfie: other, frontside: document, document_type });
      t.match(json, { valid: true, result: false, result_text: 'Face does not match ID' }, document_type);
    }
    const detailed = await foreigns({
      ...{ selfie: picture, frontside: document, document_type: 'passport' },
      ...{ return_id: '1', details: '1' },
    });
    t.same(Object.keys(detailed.json), ['valid', 'api_response', 'id', 'result', 'result_text']);
    t.same(await countRows(), before, 'nothing of it is kept');
  });

  await t.test('foreigns: the largest face of the document in any position, not the ghost image', async (t) => {
    const two = await idCard(await selfie(), await selfie('other'));
    const parts = { frontside: two, document_type: 'identification_card' };
    t.equal((await foreigns({ ...parts, selfie: picture })).json.result, true);
    t.equal((await foreigns({ ...parts, selfie: other })).json.result, false);
  });

  await t.test('foreigns: refused requests', async (t) => {
    const document = await idCard(picture);
    const attacked = await foreigns({ selfie: await replay(), frontside: document, document_type: 'passport' });
    t.match(attacked.json, { valid: false, error_code: 715, message: attackText });
    t.notOk('result' in attacked.json);
    const faceless = await foreigns({ selfie: picture, frontside: await noFace(), document_type: 'passport' });
    t.match(faceless, {
      status: 200,
      json: { valid: false, error_code: 704, error_details: { frontside: 'Face not detected' } },
    });
    const unreadable = await foreigns({ selfie: picture, frontside: Buffer.from('x'), document_type: 'passport' });
    t.match(unreadable.json, { valid: false, error_code: 708, error_details: { frontside: 'Error reading image.' } });
    for (const [parts, expected] of [
      [{ selfie: picture, frontside: document }, { document_type: ['This field is required.'] }],
      [{ selfie: picture, frontside: document, document_type: 'visa' }, { document_type: ['"visa" is not a valid choice.'] }],
      [{ selfie: picture, document_type: 'passport' }, { frontside: ['No file was submitted.'] }],
      [{ frontside: document, document_type: 'passport' }, { selfie: ['No file was submitted.'] }],
    ] as const) {
      const { status, json } = await foreigns(parts);
      t.equal(status, 400);
      t.same(json, expected);
    }
  });

  await t.test('both need the rights to recognise and to judge liveness', async (t) => {
    for (const right of ['recognition', 'liveness'] as const) {
      await addAccount({ username: right, rights: [right] });
      for (const path of ['nationals/', 'foreigns/'])
        t.equal((await send('POST', path, { as: right, form: {} })).status, 403, `${right} alone: ${path}`);
    }
    await addAccount({ username: 'both', rights: ['recognition', 'liveness'] });
    t.equal((await send('POST', 'foreigns/', { as: 'both', form: { a: 'b' } })).status, 400);
  });

  await send('DELETE', `recognizer/persons/${person.id}/`);
  t.same(await countRows(), { persons: 0, dataKeys: 0, pictures: 0, enrolments: 0 });
  t.same(await store.db.selectFrom('scans').select('id').where('personId', 'is not', null).execute(), []);
});

/** A card with a portrait at its left, and a smaller one in its middle. */
async function idCard(portrait: Buffer, ghost?: Buffer): Promise<Buffer> {
  const of = (bytes: Buffer, height: number) => sharp(bytes).resize({ height }).toBuffer();
  return sharp({ create: { width: 1000, height: 630, channels: 3, background: '#cdd8c9' } })
    .composite([
      { input: await of(portrait, 400), left: 40, top: 120 },
      ...(ghost ? [{ input: await of(ghost, 260), left: 430, top: 180 }] : []),
    ])
    .jpeg({ quality: 90 })
    .toBuffer();
}
