import sharp from 'sharp';
import { masked, replay, selfie, tinyFace } from '../../../fixtures/pictures.js';
import { testEach } from '../../../storage/databases.js';
import { floatJson } from '../../float-json.js';
import { startRecognizer } from '../recognizer.js';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/;
const unknown = '{"error":"There is no person registered with that identification","error_code":902}';

testEach('a face and a registered person', async (t, databaseUrl) => {
  const recognizer = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const { store, send, create, face, recognition, addAccount, countRows } = recognizer;
  await addAccount({ username: 'stranger', company: 'Elsewhere' });
  const picture = await selfie();
  const again = await sharp(picture).resize(500).linear(0.9, 8).jpeg({ quality: 80 }).toBuffer();
  const other = await selfie('other');
  const { json: person } = await create({ citizen_id: '1234', name: 'Will Smith', image: picture });

  await t.test('recognised and not: the documented fields in their order, under every path', async (t) => {
    for (const version of ['v3.2', 'v3', 'v2'])
      for (const slash of ['/', '']) {
        const path = `/api/${version}/biometrics/recognizer/face${slash}`;
        const yes = await send('POST', path, { form: { citizen_id: '1234', name: 'Qwerty', image: again } });
        t.equal(yes.status, 200);
        const { id, created_at } = yes.json;
        const told = { result: true, result_text: 'Recognised face', name: 'Will Smith', citizen_id: '1234' };
        t.equal(yes.text, JSON.stringify({ id, created_at, ...told }), 'the registered name, regardless of what was sent');
        t.match(id, uuid);
        t.match(created_at, moment);
        const no = await send('POST', path, { form: { citizen_id: '1234', image: other } });
        t.equal(no.status, 200);
        t.equal(
          no.text,
          JSON.stringify({
            ...{ id: no.json.id, created_at: no.json.created_at },
            ...{ result: false, result_text: 'Face does not match ID' },
          }),
          'names no person',
        );
      }
  });

  await t.test('in the requested language', async (t) => {
    for (const [language, yes, no] of [
      ['es', 'Rostro reconocido', 'Rostro no coincide con identificación'],
      ['es-PA,es;q=0.9,en;q=0.8', 'Rostro reconocido', 'Rostro no coincide con identificación'],
      ['en;q=0.2, es;q=0.7', 'Rostro reconocido', 'Rostro no coincide con identificación'],
      ['en-US', 'Recognised face', 'Face does not match ID'],
      ['de, fr;q=0.5', 'Recognised face', 'Face does not match ID'],
      ['es;q=0', 'Recognised face', 'Face does not match ID'],
      [';;,=', 'Recognised face', 'Face does not match ID'],
    ] as const) {
      const headers = { 'accept-language': language };
      t.equal((await face({ citizen_id: '1234', image: again }, { headers })).json.result_text, yes, language);
      t.equal((await face({ citizen_id: '1234', image: other }, { headers })).json.result_text, no, language);
    }
  });

  await t.test('902: an unknown citizen id, or another company’s', async (t) => {
    for (const [citizen_id, as] of [
      ['12345', undefined],
      ['1234 5', undefined],
      ["1234' or '1'='1", undefined],
      ['１２３５', undefined],
      ['1234', 'stranger'],
    ] as const) {
      const answer = await face({ citizen_id, image: again }, as ? { as } : {});
      t.equal(answer.status, 404, citizen_id);
      t.equal(answer.text, unknown);
    }
    t.equal((await face({ citizen_id: ' 1234 ', image: again })).json.result, true, 'spaces about it do not matter');
    t.equal((await face({ citizen_id: '１２３４', image: again })).json.citizen_id, '1234', 'nor does the width of its digits');
  });

  await t.test('invalid fields and files', async (t) => {
    for (const [parts, expected] of [
      [{ image: again }, { citizen_id: ['This field is required.'] }],
      [{ citizen_id: '', image: again }, { citizen_id: ['This field may not be blank.'] }],
      [{ citizen_id: '1234' }, { image: ['No file was submitted.'] }],
      [{ citizen_id: 'a\0', image: again }, { citizen_id: ['Null characters are not allowed.'] }],
      [{ citizen_id: 'x'.repeat(65), image: again }, { citizen_id: ['Ensure this field has no more than 64 characters.'] }],
      [{ citizen_id: '1234', image: again, details: 'x' }, { details: ['Must be a valid boolean.'] }],
    ] as const) {
      const { status, json } = await face(parts);
      t.equal(status, 400);
      t.same(json, expected);
    }
    for (const image of [Buffer.alloc(0), Buffer.from('no picture'), picture.subarray(0, 3000)])
      t.equal(
        (await face({ citizen_id: '1234', image })).text,
        '{"valid":false,"message":"Error reading image.","error_code":708}',
      );
    t.equal(
      (await face({ citizen_id: '1234', image: await tinyFace() })).text,
      '{"valid":false,"message":"Face too small in pixels","error_code":706}',
      'as on the vendor’s page',
    );
    const large = Buffer.concat([again, Buffer.alloc(3 * 1024 * 1024)]);
    t.same(
      (await face({ citizen_id: '1234', image: large })).json,
      { error: 'Image too large. Maximum size allowed: 2MB', error_code: 901 },
      'the limit of registering is that of comparing, too',
    );
    t.equal((await face({ citizen_id: '1234', image: Buffer.alloc(26 * 1024 * 1024) })).status, 413);
    t.equal((await face({ citizen_id: '1234', selfie: again })).json.result, true, 'selfie is taken for image');
    t.equal((await face({ citizen_id: '1234', selfie: again, image: other })).json.result, false, 'image comes first');
    const asJson = await send('POST', 'recognizer/face/', {
      body: JSON.stringify({ citizen_id: '1234', image: again.toString('base64') }),
      headers: { 'content-type': 'application/json' },
    });
    t.equal(asJson.status, 400);
  });

  await t.test('liveness is checked first if it is active for the account', async (t) => {
    const attack = await replay();
    t.equal((await face({ citizen_id: '1234', image: attack })).json.result, true, 'switched off: the face is the person’s');
    await recognition({ liveness: true });
    t.equal((await face({ citizen_id: '1234', image: again })).json.result, true);
    const refused = await face({ citizen_id: '1234', image: attack, return_id: 'true' });
    t.equal(refused.status, 200);
    const { error_details, id } = refused.json;
    const message = 'Attack detected in the sent image.';
    t.equal(refused.text, floatJson({ valid: false, error_code: 715, message, error_details, id }));
    t.ok(Number.isInteger(id));
    t.match(error_details, { face_liveness: /^For a positive result you must get at least 0\.5, value achieved: 0/ });
    t.match(error_details.api_response, { score: Number, quality: Number, liveness: Number });
    t.notOk('result' in refused.json, 'nothing was compared');
    await addAccount({ username: 'default' });
    await recognizer.accounts.setRecognition('default', null);
    t.equal((await face({ citizen_id: '1234', image: attack }, { as: 'default' })).json.error_code, 715, 'active by default');
    await recognition({});
  });

  await t.test('without liveness, any face good enough for a template is registered and compared', async (t) => {
    const { user } = recognizer.server;
    const turned = await selfie('turned');
    const smaller = await sharp(turned).resize(500).jpeg().toBuffer();
    const { status, json: registered } = await create({ citizen_id: 'turned', name: 'N', image: turned });
    t.equal(status, 201);
    const code = async (image: Buffer): Promise<number | boolean> => {
      const { json } = await face({ citizen_id: 'turned', image });
      return json.error_code ?? json.result;
    };
    t.equal(await code(smaller), true);
    t.equal(await code(await masked()), false, 'a covered face is compared');
    t.equal(
      (await create({ citizen_id: 'covered', name: 'N', image: await masked() })).json.error_code,
      703,
      'but not registered',
    );
    t.equal(await code(await selfie('profile')), 707);
    const setPolicy = (policy: object): Promise<void> => recognizer.accounts.setPolicy(user, JSON.stringify(policy));
    await setPolicy({ preset: 'hard', thresholds: {} });
    t.equal(await code(smaller), true, "the preset's conditions are those of liveness");
    await setPolicy({ preset: 'regular', thresholds: { yaw: 30, liveness: 0.9 } });
    t.equal(await code(smaller), 707, "the account's own hold");
    t.equal(await code(await replay()), false, 'but that of liveness');
    await recognizer.accounts.setPolicy(user, null);
    await recognition({ liveness: true });
    t.equal(await code(smaller), 707);
    await recognition({});
    t.equal((await send('DELETE', `recognizer/persons/${registered.id}/`)).status, 200);
  });

  await t.test('a blocked person is not recognised, and the answer does not reveal the block', async (t) => {
    const path = `recognizer/persons/${person.id}/`;
    await send('PATCH', path, { form: { is_blocked: 'true' } });
    const { status, json } = await face({ citizen_id: '1234', image: picture });
    t.equal(status, 200);
    t.same(Object.keys(json), ['id', 'created_at', 'result', 'result_text']);
    t.match(json, { result: false, result_text: 'Face does not match ID' });
    await send('PATCH', path, { form: { is_blocked: 'false' } });
    t.equal((await face({ citizen_id: '1234', image: picture })).json.result, true);
  });

  await t.test('the scan of a comparison is found by its uuid and erased with the person', async (t) => {
    const { json } = await face({ citizen_id: '1234', image: again });
    const row = () => store.db.selectFrom('scans').select('personId').where('id', '=', json.id).execute();
    t.ok((await row())[0]?.personId);
    await send('DELETE', `recognizer/persons/${person.id}/`);
    t.same(await row(), []);
    t.equal((await face({ citizen_id: '1234', image: again })).text, unknown);
    t.same(await countRows(), { persons: 0, dataKeys: 0, pictures: 0, enrolments: 0 });
  });
});
