import sharp from 'sharp';
import { test } from 'tap';
import { replay, selfie } from '../../../fixtures/pictures.js';
import { form } from '../../../helper.js';
import { shareEngine } from '../../../shared-engine.js';
import { testEach } from '../../../storage/databases.js';
import { type Answer, leaks } from '../../clients.js';
import { floatJson } from '../../float-json.js';
import { judgedPictures } from '../../judged-pictures.js';
import { startRecognizer } from '../recognizer.js';

const persons = 'recognizer/persons/';
const small = async (who: 'selfie' | 'other' = 'selfie') =>
  sharp(await selfie(who))
    .resize(360)
    .jpeg({ quality: 90 })
    .toBuffer();
const taken = '{"error":"There is already a registered person with that ID","error_code":903}';
const missing = '{"detail":"Not found."}';
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/;

testEach('persons of the recognizer', async (t, databaseUrl) => {
  const recognizer = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const { server, store, send, create, recognition, addAccount, countRows } = recognizer;
  const picture = await small();
  await addAccount({ username: 'stranger', company: 'Elsewhere' });
  const fieldOf = async (parts: Record<string, string | Buffer>): Promise<Answer> => {
    const before = await countRows();
    const answer = await create(parts);
    t.same(await countRows(), before, 'nothing was stored');
    return answer;
  };
  let serial = 0;
  const added = async (more: Record<string, string> = {}, as?: string) => {
    const answer = await create(
      { citizen_id: `c-${++serial}`, name: 'Somebody', image: picture, ...more },
      as === undefined ? {} : { as },
    );
    t.equal(answer.status, 201, answer.text);
    return answer.json as { id: number; citizen_id: string; name: string; image: string; is_blocked: boolean };
  };

  await t.test(
    'created: the documented fields in their order, under every version, with and without trailing slash',
    async (t) => {
      for (const version of ['v3.2', 'v3', 'v2'])
        for (const slash of ['/', '']) {
          const path = `/api/${version}/biometrics/recognizer/persons`;
          const citizen_id = `7-708-${version}${slash}`;
          const answer = await send('POST', path + slash, { form: { citizen_id, name: 'Will Smith', image: picture } });
          t.equal(answer.status, 201, answer.text);
          const { id, created_at } = answer.json;
          const image = `${server.url}${path}/${id}/image/`;
          const expected = { id, citizen_id, name: 'Will Smith', image, is_blocked: false, created_at, agreed_terms: false };
          t.equal(answer.text, JSON.stringify(expected));
          t.ok(Number.isInteger(id));
          t.match(created_at, moment);
          const one = await send('GET', `${path}/${id}${slash}`);
          t.equal(one.text, answer.text, 'GET says the same');
          const gone = await send('DELETE', `${path}/${id}${slash}`);
          t.equal(gone.status, 200);
          t.equal(gone.text, JSON.stringify({ ...expected, image: null }), 'DELETE answers the person');
          t.match(gone.headers.get('triface-erasure-receipt'), /^[\w-]+\.[\w-]+\.[\w-]+$/);
          t.equal((await send('GET', `${path}/${id}${slash}`)).text, missing);
        }
      t.same(await countRows(), { persons: 0, dataKeys: 0, pictures: 0, enrolments: 0 });
    },
  );

  await t.test('the picture, byte for byte, for its own company only', async (t) => {
    const { id, image } = await added();
    const path = new URL(image).pathname;
    const get = async (as: string | null) => {
      const authorization = as === null ? {} : { authorization: `Bearer ${as}` };
      const response = await fetch(server.url + path, { headers: authorization });
      return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const own = await get(await server.apiToken());
    t.equal(own.status, 200);
    t.ok(own.bytes.equals(picture), 'byte for byte');
    t.equal(own.headers.get('content-type'), 'image/jpeg');
    t.match(own.headers.get('cache-control'), /private.*no-store/);
    t.equal((await get(null)).status, 401);
    t.equal((await get('garbage')).status, 401);
    const other = await send('GET', path, { as: 'stranger' });
    t.equal(other.status, 404);
    t.equal(other.text, missing);
    await send('DELETE', `${persons}${id}/`);
    t.equal((await send('GET', path)).text, missing, 'gone with the person');
    await recognizer.accounts.setPictureRetention(server.user, { enrolment: 0 });
    const { json } = await create({ citizen_id: 'unkept', name: 'N', image: picture });
    t.equal(json.image, null, 'an account that keeps none');
    t.equal((await send('GET', `${persons}${json.id}/image/`)).status, 404);
    await recognizer.accounts.setPictureRetention(server.user, { enrolment: null });
    await send('DELETE', `${persons}${json.id}/`);
  });

  await t.test('a PNG is stored as a PNG', async (t) => {
    const png = await sharp(picture).png({ compressionLevel: 9 }).toBuffer();
    const { json } = await create({ citizen_id: 'png', name: 'N', image: png });
    t.equal((await send('GET', `${persons}${json.id}/image/`)).headers.get('content-type'), 'image/png');
    await send('DELETE', `${persons}${json.id}/`);
  });

  await t.test('list: envelope, pages, search', async (t) => {
    const names = ['José Ñandú', 'jose nandu', 'Percy 100%', 'Under_score', 'Back\\slash', 'Ångström Ølsen', '李小龙', "O'Brien"];
    const ids: number[] = [];
    for (const name of names) ids.push((await added({ name })).id);
    const list = (query = '', as = server.user) => send('GET', `${persons}${query}`, { as });
    const all = await list();
    t.same(Object.keys(all.json), ['count', 'next', 'previous', 'results']);
    t.match(all.json, { count: names.length, next: null, previous: null });
    t.same(
      all.json.results.map(({ id }: { id: number }) => id),
      ids.toReversed(),
      'the newest first',
    );
    t.same(Object.keys(all.json.results[0]), ['id', 'citizen_id', 'name', 'image', 'is_blocked', 'created_at', 'agreed_terms']);
    t.equal((await list('', 'stranger')).text, '{"count":0,"next":null,"previous":null,"results":[]}');

    const walked: number[] = [];
    let url: string | null = `${server.url}/api/v3.2/biometrics/${persons}?page_size=3`;
    let previous: string | null = null;
    for (let page = 1; url; page++) {
      const { json }: Answer = await send('GET', url.slice(server.url.length));
      t.equal(json.count, names.length);
      t.equal(json.previous, previous, `previous of page ${page}`);
      walked.push(...json.results.map(({ id }: { id: number }) => id));
      previous = page === 1 ? url : `${server.url}/api/v3.2/biometrics/${persons}?page=${page}&page_size=3`;
      url = json.next;
    }
    t.same(walked, ids.toReversed(), 'next leads through all');
    t.match((await list('?page=last&page_size=3')).json, { next: null, results: { length: 2 } });
    for (const page of ['4', '0', '-1', 'x', '1e1', '99999999999999999999'])
      t.equal((await list(`?page_size=3&page=${page}`)).text, '{"detail":"Invalid page."}', page);
    for (const size of ['0', '-1', 'x']) t.equal((await list(`?page_size=${size}`)).status, 400, size);
    t.equal((await list('?page_size=999999')).status, 200);
    t.equal((await list('?page=9&page=1')).status, 200, 'of two the last');

    const search = async (words: string) => {
      const { status, json } = await list(`?search=${encodeURIComponent(words)}`);
      t.equal(status, 200, JSON.stringify(words));
      t.equal(json.count, json.results.length);
      return (json.results as { name: string }[]).map(({ name }) => name).toReversed();
    };
    t.same(await search('jose'), names.slice(0, 2));
    t.same(await search('JOSÉ ÑANDÚ'), names.slice(0, 2));
    t.same(await search('nandu jose'), names.slice(0, 2), 'words in any order');
    t.same(await search('%'), ['Percy 100%']);
    t.same(await search('_'), ['Under_score']);
    t.same(await search('\\'), ['Back\\slash']);
    t.same(await search('angstrom'), ['Ångström Ølsen']);
    t.same(await search('小龙'), ['李小龙']);
    t.same(await search("o'b"), ["O'Brien"]);
    t.same(await search("' or 1=1 --"), []);
    t.same(await search('\0jose'), names.slice(0, 2));
    t.same(await search('c-'), names, 'citizen ids, too');
    t.same(await search('nobody'), []);
    t.same(await search('a '.repeat(3000)), await search('a'), 'thousands of words');
    t.same(await search('x'.repeat(6000)), []);
    const folded = ['Strauß', 'İzmir Işıl', 'ΟΔΥΣΣΕΎΣ Παπάς', 'Ze\u0301lia', '\ufb01lip', 'ſtefan'];
    for (const name of folded) ids.push((await added({ name })).id);
    for (const [words, name] of [
      ['STRAUSS', folded[0]],
      ['STRAUẞ', folded[0]],
      ['strauß', folded[0]],
      ['izmir', folded[1]],
      ['IŞIL', folded[1]],
      ['ışıl', folded[1]],
      ['οδυσσευς', folded[2]],
      ['Οδυσσεύς παπάς', folded[2]],
      ['zélia', folded[3]],
      ['ZÉLIA', folded[3]],
      ['FILIP', folded[4]],
      ['STEFAN', folded[5]],
    ] as const)
      t.same(await search(words), [name], words);
    const searched = (await list('?search=jos%C3%A9%20%C3%B1&page_size=1')).json;
    t.equal(new URL(searched.next).searchParams.get('search'), 'josé ñ', 'the search goes with the page');
    const many = await Promise.all(Array.from({ length: 60 }, () => list('?search=jose')));
    t.same(
      [...new Set(many.map(({ status }) => status))].filter((status) => status !== 200 && status !== 503),
      [],
    );
    for (const id of ids) await send('DELETE', `${persons}${id}/`);
  });

  await t.test('PATCH: each field, all, a picture, nothing', async (t) => {
    const first = await added();
    const path = `${persons}${first.id}/`;
    const patch = (parts: Record<string, string | Buffer>) => send('PATCH', path, { form: parts });
    let expected: Record<string, unknown> = { ...first };
    for (const [parts, change] of [
      [{ name: 'Renamed' }, { name: 'Renamed' }],
      [{ citizen_id: 'moved' }, { citizen_id: 'moved' }],
      [{ is_blocked: 'True' }, { is_blocked: true }],
      [{ is_blocked: 'false' }, { is_blocked: false }],
      [{ agreed_terms: '1' }, { agreed_terms: true }],
      [{ citizen_id: 'moved' }, {}],
    ] as const) {
      expected = { ...expected, ...change };
      const { status, text } = await patch(parts);
      t.equal(status, 200);
      t.equal(text, JSON.stringify(expected), JSON.stringify(parts));
      t.equal((await send('GET', path)).text, text);
    }
    const asJson = await send('PATCH', path, {
      body: JSON.stringify({ name: 'By JSON', is_blocked: true }),
      headers: { 'content-type': 'application/json' },
    });
    t.match(asJson.json, { name: 'By JSON', is_blocked: true });
    const urlencoded = await send('PATCH', path, { body: new URLSearchParams({ name: 'By form' }) });
    t.match(urlencoded.json, { name: 'By form', is_blocked: true });
    for (const nothing of ['', 'null', 'undefined'])
      t.match((await patch({ is_blocked: nothing })).json, { is_blocked: true }, 'what says nothing changes nothing');
    t.match((await send('GET', path)).json, { is_blocked: true });
    t.equal((await patch({ is_blocked: 'perhaps' })).status, 400);
    t.same((await patch({ name: ' ' })).json, { name: ['This field may not be blank.'] });
    const second = await added();
    t.equal((await patch({ citizen_id: second.citizen_id })).text, taken);
    t.equal((await patch({ citizen_id: second.citizen_id })).status, 400);
    await send('DELETE', `${persons}${second.id}/`);

    const other = await small('other');
    const all = await patch({ citizen_id: 'all', name: 'All', image: other, is_blocked: 'false', agreed_terms: 'false' });
    t.match(all.json, { id: first.id, citizen_id: 'all', name: 'All', is_blocked: false, agreed_terms: false });
    const shown = await fetch(all.json.image, { headers: { authorization: `Bearer ${await server.apiToken()}` } });
    t.ok(Buffer.from(await shown.arrayBuffer()).equals(other), 'the new picture is shown');
    t.match(await countRows(), { persons: 1, dataKeys: 1, pictures: 1, enrolments: 1 }, 'the old ones are gone');
    t.match((await recognizer.face({ citizen_id: 'all', image: other })).json, { result: true });
    t.match((await recognizer.face({ citizen_id: 'all', image: picture })).json, { result: false });

    const before = await send('GET', path);
    const refused = await patch({ name: 'Nobody', image: Buffer.from('no picture') });
    t.equal(refused.text, '{"valid":false,"message":"Error reading image.","error_code":708}');
    t.equal((await send('GET', path)).text, before.text, 'a refused picture changes nothing else either');
    t.equal((await patch({ image: Buffer.alloc(2 * 1024 * 1024 + 1) })).json.error_code, 901);
    t.equal((await patch({ image: 'text' })).status, 400);
    t.equal((await patch({ name: 'Stolen' })).status, 200);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const parts = method === 'PATCH' ? { form: { name: 'Stolen' } } : {};
      const answer = await send(method, path, { as: 'stranger', ...parts });
      t.equal(answer.status, 404, `${method} of another company`);
      t.equal(answer.text, missing);
    }
    await send('DELETE', path);
  });

  await t.test('the same citizen id in two companies', async (t) => {
    const own = await added({ citizen_id: 'shared' });
    const theirs = await added({ citizen_id: 'shared' }, 'stranger');
    t.equal((await send('GET', `${persons}${theirs.id}/`)).text, missing);
    t.equal((await send('DELETE', `${persons}${own.id}/`)).status, 200);
    t.equal((await send('GET', `${persons}${theirs.id}/`, { as: 'stranger' })).status, 200);
    await send('DELETE', `${persons}${theirs.id}/`, { as: 'stranger' });
  });

  await t.test('invalid ids', async (t) => {
    for (const id of [
      '0',
      '999999999',
      '9999999999',
      '9223372036854775808',
      '1'.repeat(90),
      '-1',
      '1.0',
      'x',
      '1%00',
      '%27',
      'ñ',
    ])
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const parts = method === 'PATCH' ? { form: { name: 'N' } } : {};
        const answer = await send(method, `${persons}${id}/`, parts);
        t.equal(answer.status, 404, `${method} ${id}`);
        t.equal(answer.text, missing);
      }
    t.not((await send('GET', `${persons}${'1'.repeat(300)}/`)).status, 500);
  });

  await t.test('405 lists the allowed methods', async (t) => {
    const { id } = await added();
    for (const [method, path, allowed] of [
      ['PUT', persons, ['GET', 'POST']],
      ['DELETE', persons, ['GET', 'POST']],
      ['PUT', `${persons}${id}/`, ['GET', 'PATCH', 'DELETE']],
      ['POST', `${persons}${id}`, ['GET', 'PATCH', 'DELETE']],
      ['DELETE', `${persons}${id}/image/`, ['GET']],
      ['GET', 'recognizer/face/', ['POST']],
      ['GET', 'nationals', ['POST']],
      ['PATCH', 'foreigns/', ['POST']],
    ] as const) {
      const answer = await send(method, path);
      t.equal(answer.status, 405, `${method} ${path}`);
      t.equal(answer.text, `{"detail":"Method \\"${method}\\" not allowed."}`);
      t.same(answer.headers.get('allow')?.split(', '), allowed);
    }
    await send('DELETE', `${persons}${id}/`);
  });

  await t.test('fields: missing, blank, too long, NUL, of another kind', async (t) => {
    const good = { citizen_id: 'f', name: 'N', image: picture };
    const without = (name: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
    const cases: [Record<string, string | Buffer>, Record<string, string[]>][] = [
      [without('citizen_id'), { citizen_id: ['This field is required.'] }],
      [without('name'), { name: ['This field is required.'] }],
      [without('image'), { image: ['No file was submitted.'] }],
      [{ ...good, citizen_id: '' }, { citizen_id: ['This field may not be blank.'] }],
      [{ ...good, citizen_id: ' \t ' }, { citizen_id: ['This field may not be blank.'] }],
      [{ ...good, name: '' }, { name: ['This field may not be blank.'] }],
      [{ ...good, citizen_id: 'x'.repeat(65) }, { citizen_id: ['Ensure this field has no more than 64 characters.'] }],
      [{ ...good, name: 'x'.repeat(256) }, { name: ['Ensure this field has no more than 255 characters.'] }],
      [{ ...good, citizen_id: 'a\0b' }, { citizen_id: ['Null characters are not allowed.'] }],
      [{ ...good, name: '\0' }, { name: ['Null characters are not allowed.'] }],
      [{ ...good, name: picture }, { name: ['Not a valid string.'] }],
      [{ ...good, image: 'text' }, { image: ['The submitted data was not a file. Check the encoding type on the form.'] }],
      [{ ...good, is_blocked: 'maybe' }, { is_blocked: ['Must be a valid boolean.'] }],
      [{ ...good, device: 'TOASTER' }, { device: ['"TOASTER" is not a valid choice.'] }],
    ];
    for (const [parts, expected] of cases) {
      const answer = await fieldOf(parts);
      t.equal(answer.status, 400, JSON.stringify(expected));
      t.same(answer.json, expected);
    }
    const asJson = await send('POST', persons, {
      body: JSON.stringify({ citizen_id: 'j', name: 'N', image: picture.toString('base64') }),
      headers: { 'content-type': 'application/json' },
    });
    t.equal(asJson.status, 400);
    t.ok(asJson.json.image, 'a JSON body holds no file');
    for (const body of ['[]', '"x"', '{"citizen_id":', 'null']) {
      const { status, text } = await send('POST', persons, { body, headers: { 'content-type': 'application/json' } });
      t.ok(status === 400 || status === 415, `${body}: ${status}`);
      t.notMatch(text, leaks);
    }
  });

  await t.test('unicode is preserved, spaces are trimmed, the longest values are accepted', async (t) => {
    for (const [citizen_id, name] of [
      ['ñ-İ-ß', '  Zoë 👩‍🦰 Ωmega  '],
      ['👍'.repeat(64), '👍'.repeat(255)],
      ['x'.repeat(64), 'y'.repeat(255)],
      ["'; drop table persons; --", '<script>alert(1)</script>'],
      ['null', 'undefined'],
    ] as const) {
      const { status, json, text } = await create({ citizen_id, name, image: picture });
      t.equal(status, 201, text);
      t.match(json, { citizen_id, name: name.trim() });
      t.match((await recognizer.face({ citizen_id, image: picture })).json, { result: true, citizen_id, name: name.trim() });
      await send('DELETE', `${persons}${json.id}/`);
    }
  });

  await t.test('files: empty, not a picture, two of them, too large, under the alias', async (t) => {
    const parts = { citizen_id: 'file', name: 'N' };
    const unreadable = '{"valid":false,"message":"Error reading image.","error_code":708}';
    t.equal((await fieldOf({ ...parts, image: Buffer.alloc(0) })).text, unreadable);
    t.equal((await fieldOf({ ...parts, image: Buffer.from('GIF89a') })).text, unreadable);
    const tooLarge = '{"error":"Image too large. Maximum size allowed: 2MB","error_code":901}';
    const padded = (length: number) => Buffer.concat([picture, Buffer.alloc(length - picture.length)]);
    const large = await fieldOf({ ...parts, image: padded(2 * 1024 * 1024 + 1) });
    t.equal(large.status, 400);
    t.equal(large.text, tooLarge);
    t.equal((await fieldOf({ ...parts, image: Buffer.alloc(26 * 1024 * 1024) })).status, 413, 'beyond what is read at all');
    const fits = await create({ ...parts, image: padded(2 * 1024 * 1024) });
    t.equal(fits.status, 201, 'exactly 2 MB');
    await send('DELETE', `${persons}${fits.json.id}/`);
    const two = form({ ...parts });
    for (const bytes of [Buffer.from('no picture'), picture]) two.append('image', new Blob([new Uint8Array(bytes)]), 'a.jpg');
    const last = await send('POST', persons, { body: two });
    t.equal(last.status, 201, 'of two files the last one');
    await send('DELETE', `${persons}${last.json.id}/`);
    const alias = await create({ ...parts, selfie: picture });
    t.equal(alias.status, 201, 'selfie is taken for image');
    await send('DELETE', `${persons}${alias.json.id}/`);
  });

  await t.test('901, 903: decided before the picture is analysed', async (t) => {
    const { id, citizen_id } = await added();
    const again = await fieldOf({ citizen_id, name: 'N', image: Buffer.from('no picture') });
    t.equal(again.status, 400);
    t.equal(again.text, taken);
    await send('DELETE', `${persons}${id}/`);
    const back = await create({ citizen_id, name: 'N', image: picture });
    t.equal(back.status, 201, 'an erased citizen id is free again');
    t.ok(back.json.id > id, 'under a number of its own');
    await send('DELETE', `${persons}${back.json.id}/`);
  });

  await t.test('every code that a picture can cause, in the recognizer’s words', async (t) => {
    await recognition({ liveness: true });
    const seen = new Set<number>();
    for (const { name, make, rejection } of judgedPictures) {
      const bytes = await make();
      if (!rejection || bytes.length > 2 * 1024 * 1024) continue;
      const [error_code, text] = rejection;
      const message = error_code === 706 ? 'Face too small in pixels' : text;
      const answer = await fieldOf({ citizen_id: 'judged', name: 'N', image: bytes });
      seen.add(error_code);
      t.equal(answer.status, 200, name);
      if (error_code === 715) {
        const { error_details } = answer.json;
        t.equal(answer.text, floatJson({ valid: false, error_code, message, error_details }), 'as liveness tells it');
        t.match(error_details.api_response, { score: Number, quality: Number, liveness: Number });
      } else t.equal(answer.text, JSON.stringify({ valid: false, message, error_code }), name);
    }
    t.same([...seen].sort(), [700, 701, 702, 703, 704, 705, 706, 707, 708, 710, 713, 714, 715]);
    const withId = await fieldOf({ citizen_id: 'judged', name: 'N', image: await replay(), return_id: 'true', details: 'true' });
    t.match(withId.json, { valid: false, error_code: 715, id: Number });
    await recognition({});
    const attacked = await create({ citizen_id: 'judged', name: 'N', image: await replay() });
    t.equal(attacked.status, 201, 'without liveness a replay is registered');
    await send('DELETE', `${persons}${attacked.json.id}/`);
  });

  await t.test('duplicates: off, reported, refused', async (t) => {
    const first = await added();
    const brighter = await sharp(picture).linear(1.1, 4).jpeg().toBuffer();
    const again = (citizen_id: string, image = brighter) => create({ citizen_id, name: 'Double', image });
    const off = await again('off');
    t.equal(off.status, 201);
    t.notOk(off.headers.has('triface-duplicate-of'));
    await send('DELETE', `${persons}${off.json.id}/`);
    await recognition({ duplicates: 'warn' });
    const warned = await again('warn');
    t.equal(warned.status, 201);
    t.equal(warned.headers.get('triface-duplicate-of'), String(first.id));
    await send('DELETE', `${persons}${warned.json.id}/`);
    await recognition({ duplicates: 'refuse' });
    const refused = await fieldOf({ citizen_id: 'refuse', name: 'Double', image: brighter });
    t.equal(refused.status, 400);
    t.match(refused.json, { error_code: 903 });
    t.equal((await send('PATCH', `${persons}${first.id}/`, { form: { image: brighter } })).status, 200, 'one’s own face');
    const stranger = await again('different', await small('other'));
    t.equal(stranger.status, 201, 'another face');
    t.equal((await send('PATCH', `${persons}${stranger.json.id}/`, { form: { image: picture } })).json.error_code, 903);
    const theirs = await create({ citizen_id: 'x', name: 'N', image: picture }, { as: 'stranger' });
    t.equal(theirs.status, 201, 'another company knows nothing of it');
    await send('DELETE', `${persons}${theirs.json.id}/`, { as: 'stranger' });
    for (const id of [first.id, stranger.json.id]) await send('DELETE', `${persons}${id}/`);
    t.equal((await countRows()).persons, 0);

    const atOnce = await Promise.all(Array.from({ length: 5 }, (_, i) => again(`once-${i}`)));
    t.same(atOnce.map(({ status }) => status).sort(), [201, 400, 400, 400, 400], 'five ids for one face at once: one of them');
    for (const { status, json } of atOnce) if (status === 201) await send('DELETE', `${persons}${json.id}/`);
    await recognition({});
  });

  await t.test('rights', async (t) => {
    const { id } = await added();
    const rights = ['liveness', 'scans:read', 'scans:write', 'recognition', 'persons:read', 'persons:write'] as const;
    for (const right of rights) {
      await addAccount({ username: `only-${right.replace(':', '-')}`, rights: [right] });
      const as = `only-${right.replace(':', '-')}`;
      const parts = { citizen_id: 'right', name: 'N', image: Buffer.from('no picture') };
      const may = async (needed: string, answer: Promise<Answer>) => {
        const { status, text } = await answer;
        if (needed === right) t.not(status, 403, `${right} for ${needed}`);
        else t.equal(text, '{"detail":"You do not have permission to perform this action."}', `${right} for ${needed}`);
      };
      await may('persons:read', send('GET', persons, { as }));
      await may('persons:read', send('GET', `${persons}${id}/`, { as }));
      await may('persons:read', send('GET', `${persons}${id}/image/`, { as }));
      await may('persons:write', create(parts, { as }));
      await may('persons:write', send('PATCH', `${persons}${id}/`, { as, form: { name: 'N' } }));
      await may('persons:write', send('DELETE', `${persons}999999/`, { as }));
      await may('recognition', recognizer.face(parts, { as }));
    }
    for (const [method, path] of [
      ['GET', persons],
      ['POST', persons],
      ['GET', `${persons}${id}/`],
      ['PATCH', `${persons}${id}/`],
      ['DELETE', `${persons}${id}/`],
      ['GET', `${persons}${id}/image/`],
      ['POST', 'recognizer/face/'],
      ['POST', 'nationals/'],
      ['POST', 'foreigns/'],
    ] as const) {
      const answer = await send(method, path, { as: null });
      t.equal(answer.status, 401, `${method} ${path}`);
      t.equal(answer.text, '{"detail":"Authentication credentials were not provided."}');
    }
    await send('DELETE', `${persons}${id}/`);
  });

  await t.test('twelve creations of one citizen id at once', async (t) => {
    const before = await countRows();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => create({ citizen_id: 'race', name: `Racer ${i}`, image: picture })),
    );
    const [won, ...others] = answers.toSorted((a, b) => a.status - b.status);
    t.equal(won?.status, 201);
    for (const { status, text } of others) t.same([status, text], [400, taken]);
    t.same(await countRows(), { persons: 1, dataKeys: 1, pictures: 1, enrolments: 1 }, `before: ${JSON.stringify(before)}`);
    const linked = await store.db.selectFrom('scans').select('number').where('personId', 'is not', null).execute();
    t.equal(linked.length, 1, 'one scan belongs to the person');
    const deletions = await Promise.all(Array.from({ length: 4 }, () => send('DELETE', `${persons}${won!.json.id}/`)));
    t.same(deletions.map(({ status }) => status).sort(), [200, 404, 404, 404], 'four deletions at once: one of them');
    for (const { status, text } of deletions) if (status === 404) t.equal(text, missing);
    t.same(await countRows(), { persons: 0, dataKeys: 0, pictures: 0, enrolments: 0 });
  });
});

testEach('the picture of a person, past an engine that takes the buffer with it', async (t, databaseUrl) => {
  const { server, create } = await startRecognizer(t, { DATABASE_URL: databaseUrl }, shareEngine);
  const picture = await small('other');
  const { json, text } = await create({ citizen_id: 'a', name: 'N', image: Buffer.from(picture) });
  const headers = { authorization: `Bearer ${await server.apiToken()}` };
  const response = await fetch(server.url + new URL(json.image ?? t.fail(text)).pathname, { headers });
  t.ok(Buffer.from(await response.arrayBuffer()).equals(picture), 'byte for byte');
});

test('TRIFACE_REJECTION_STATUS=400 and TRIFACE_PUBLIC_URL', async (t) => {
  const { create, recognition } = await startRecognizer(t, {
    TRIFACE_REJECTION_STATUS: '400',
    TRIFACE_PUBLIC_URL: 'https://face.example/triface',
  });
  await recognition({});
  const refused = await create({ citizen_id: 'a', name: 'N', image: Buffer.from('no picture') });
  t.match(refused, { status: 400, json: { valid: false, error_code: 708 } });
  const { json } = await create({ citizen_id: 'a', name: 'N', image: await small() });
  t.equal(json.image, `https://face.example/triface/api/v3.2/biometrics/recognizer/persons/${json.id}/image/`);
});
