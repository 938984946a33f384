import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { drawCard } from '../../../fixtures/cards.js';
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
  ['', '/'],
  ['', ''],
] as const;
/** The path of an operation, with or without a version. */
const pathOf = (version: string, operation: string): string => `/api${version && `/${version}`}/biometrics/${operation}`;
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
      const path = pathOf(version, `nationals${slash}`);
      const { status, text } = await send('POST', path, { form: { selfie: picture, citizen_id, device: 'DESKTOP' } });
      t.equal(status, 200);
      t.equal(text, JSON.stringify({ valid: true, ...told }), path);
    }
    const { json, text } = await nationals({ selfie: picture, citizen_id, return_id: 'true', details: 'true' });
    const { api_response, id } = json;
    t.equal(text, JSON.stringify({ valid: true, api_response, id, ...told }));
    t.ok(Number.isInteger(id));
    t.match(api_response, { score: Number, quality: Number, liveness: Number });
  });

  await t.test(
    'nationals: clients that read `valid` alone do not accept another person, a blocked one, or an unknown id',
    async (t) => {
      const citizen_id = '7-708-214';
      const mismatch = { valid: false, error_code: 951, message: 'Face does not match ID' };
      const answer = { ...mismatch, result: false, result_text: 'Face does not match ID' };
      t.match(await nationals({ selfie: other, citizen_id }), { status: 200, text: JSON.stringify(answer) });
      const spanish = await nationals({ selfie: other, citizen_id }, { 'accept-language': 'es' });
      const text = 'Rostro no coincide con identificación';
      t.same(spanish.json, { ...answer, message: text, result_text: text });
      const detailed = await nationals({ selfie: other, citizen_id, details: '1', return_id: '1' });
      t.same(Object.keys(detailed.json), ['valid', 'error_code', 'message', 'api_response', 'id', 'result', 'result_text']);
      const unknown = await nationals({ selfie: picture, citizen_id: 'nobody' });
      const message = 'There is no person registered with that identification';
      t.match(unknown, { status: 404, json: { valid: false, error_code: 902, message, error: message } });
      await send('PATCH', `recognizer/persons/${person.id}/`, { form: { is_blocked: 'true' } });
      t.same((await nationals({ selfie: picture, citizen_id })).json, answer, 'blocked');
      await send('PATCH', `recognizer/persons/${person.id}/`, { form: { is_blocked: 'false' } });
      t.match((await nationals({ selfie: picture, citizen_id })).json, { valid: true }, 'no longer blocked');
    },
  );

  await t.test('nationals: liveness cannot be switched off', async (t) => {
    const { status, json } = await nationals({ selfie: await replay(), citizen_id: '7-708-214' });
    t.equal(status, 200);
    t.match(json, { valid: false, error_code: 715, message: attackText, error_details: { api_response: {} } });
    t.notOk('result' in json);
  });

  await t.test('nationals: missing fields, an invalid picture', async (t) => {
    t.same((await nationals({ selfie: picture })).json, { citizen_id: ['This field is required.'] });
    t.same((await nationals({ citizen_id: '7-708-214' })).json, { selfie: ['No file was submitted.'] });
    t.equal(
      (await nationals({ citizen_id: '7-708-214', selfie: Buffer.from('x') })).text,
      '{"valid":false,"error_code":708,"message":"Error reading image."}',
      'in the liveness page’s order',
    );
  });

  await t.test('foreigns: a face and a document', async (t) => {
    const document = await drawCard(picture);
    for (const [version, slash] of both) {
      const path = pathOf(version, `foreigns${slash}`);
      const { status, text } = await send('POST', path, {
        form: { selfie: picture, frontside: document, document_type: 'passport' },
      });
      t.equal(status, 200);
      t.equal(text, '{"valid":true,"result":true,"result_text":"Recognised face"}', path);
    }
    const before = await countRows();
    for (const document_type of ['passport', 'identification_card', 'profile_image']) {
      const { json } = await foreigns({ selfie: other, frontside: document, document_type });
      const message = 'Face does not match ID';
      t.same(json, { valid: false, error_code: 951, message, result: false, result_text: message }, document_type);
    }
    const detailed = await foreigns({
      ...{ selfie: picture, frontside: document, document_type: 'passport' },
      ...{ return_id: '1', details: '1' },
    });
    t.same(Object.keys(detailed.json), ['valid', 'api_response', 'id', 'result', 'result_text']);
    t.same(await countRows(), before, 'nothing of it is kept');
  });

  await t.test('foreigns: the largest face of the document in any position, not the ghost image', async (t) => {
    const two = await drawCard(picture, { ghost: other });
    const parts = { frontside: two, document_type: 'identification_card' };
    t.equal((await foreigns({ ...parts, selfie: picture })).json.result, true);
    t.equal((await foreigns({ ...parts, selfie: other })).json.result, false);
  });

  await t.test('foreigns: refused requests', async (t) => {
    const document = await drawCard(picture);
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

  await t.test('foreigns: the selfie itself is not a document', async (t) => {
    const parts = { selfie: picture, document_type: 'profile_image' };
    for (const [name, frontside] of Object.entries({
      same: picture,
      altered: await sharp(picture).flop().resize(400).toBuffer(),
    })) {
      const message = 'The document is the selfie itself.';
      const expected = { valid: false, error_code: 952, message, error_details: { frontside: message } };
      t.same((await foreigns({ ...parts, frontside })).json, expected, name);
    }
    const spanish = await foreigns({ ...parts, frontside: picture }, { 'accept-language': 'es' });
    t.match(spanish.json, { error_code: 952, message: 'El documento es la misma selfie.' });
    t.match((await foreigns({ ...parts, frontside: await drawCard(picture) })).json, { valid: true }, 'printed on a card');
  });

  await t.test('2 MB per picture, in `recognizer/face`, `nationals` and `foreigns`, but not in `liveness`', async (t) => {
    const large = Buffer.concat([picture, randomBytes(2 * 1024 * 1024 - picture.length + 1)]);
    const most = large.subarray(0, 2 * 1024 * 1024);
    const tooLarge = { error: 'Image too large. Maximum size allowed: 2MB', error_code: 901 };
    const citizen_id = '7-708-214';
    const type = { document_type: 'passport' };
    for (const [path, form] of [
      ['recognizer/face/', { image: large, citizen_id }],
      ['recognizer/face/', { selfie: large, citizen_id: 'nobody' }],
      ['nationals/', { selfie: large, citizen_id: 'nobody' }],
      ['foreigns/', { selfie: large, frontside: picture, ...type }],
      ['foreigns/', { selfie: picture, frontside: large, ...type }],
    ] as const)
      t.match(await send('POST', path, { form }), { status: 400, json: tooLarge }, `${path}: ${Object.keys(form)}`);
    t.match(
      await nationals({ selfie: large }),
      { status: 400, json: { citizen_id: ['This field is required.'] } },
      'the form comes first',
    );
    t.equal((await nationals({ selfie: most, citizen_id })).status, 200);
    for (const version of ['v3.2', 'v3', 'v2'])
      for (const slash of ['', '/'])
        t.equal((await send('POST', pathOf(version, `liveness${slash}`), { form: { selfie: large } })).status, 200, version);
  });

  await t.test('GET is not allowed', async (t) => {
    for (const path of ['/api/biometrics/nationals/', '/api/biometrics/foreigns', '/api/v3.2/biometrics/liveness/'])
      t.equal((await send('GET', path)).status, 405, path);
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
