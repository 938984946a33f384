import { selfie } from '../../../fixtures/pictures.js';
import { testEach } from '../../../storage/databases.js';
import { startRecognizer } from '../recognizer.js';

const unknown = { status: 404, json: { error_code: 902 } };
const taken = { status: 400, json: { error_code: 903 } };

testEach('citizen ids in other Unicode forms', async (t, databaseUrl) => {
  const { store, send, create, face } = await startRecognizer(t, { DATABASE_URL: databaseUrl });
  const image = await selfie();
  const other = await selfie('other');
  const first = await create({ citizen_id: 'Ñ-１２', name: 'Ana', image });
  t.match(first, { status: 201, json: { citizen_id: 'Ñ-１２' } }, 'shown as sent');

  for (const spelling of ['Ñ-１２', 'Ñ-12', 'N\u0303-12', '\u200bÑ\u00ad-1\u20602', 'Ñ-12\ufe0f'])
    t.match(await face({ citizen_id: spelling, image }), { json: { result: true, name: 'Ana', citizen_id: 'Ñ-１２' } }, spelling);
  for (const spelling of ['ñ-12', 'Ü-12', 'N-12', 'Ñ-1 2'])
    t.match(await face({ citizen_id: spelling, image }), unknown, spelling);
  t.match(await create({ citizen_id: 'N\u0303-12', name: 'Eva', image: other }), taken);
  for (const nothing of ['\u200b', '\u00ad\ufeff ', '\u3164'])
    t.match(await create({ citizen_id: nothing, name: 'Eva', image: other }), { status: 400, json: { citizen_id: [/blank/] } });
  t.match(await face({ citizen_id: '\ufffd-12', image }), { status: 400, json: { citizen_id: [/U\+FFFD/] } });

  const second = await create({ citizen_id: '99', name: 'Eva', image: other });
  const patch = (id: number, citizen_id: string) => send('PATCH', `recognizer/persons/${id}/`, { form: { citizen_id } });
  t.match(await patch(second.json.id, 'N\u0303-12'), taken);
  t.match(await patch(second.json.id, '９９'), { status: 200, json: { citizen_id: '９９' } }, 'another spelling of the own id');
  t.match(await face({ citizen_id: '99', image: other }), { json: { result: true, citizen_id: '９９' } });

  // As an older release left them: both had been registered, and the second has no key.
  await store.db
    .updateTable('persons')
    .set({ citizenId: 'N\u0303-12', citizenKey: null })
    .where('number', '=', second.json.id)
    .execute();
  t.match(await face({ citizen_id: 'Ñ-１２', image }), { json: { result: true, name: 'Ana' } }, 'the exact spelling');
  t.match(await face({ citizen_id: 'N\u0303-12', image: other }), { json: { result: true, name: 'Eva' } });
  t.match(await face({ citizen_id: 'N\u0303-12', image }), { json: { result: false } });
  t.match(await face({ citizen_id: 'Ñ-12', image }), unknown, 'ambiguous');
  t.match(await create({ citizen_id: 'Ñ-12', name: 'Eva', image: other }), taken);
  t.match(await patch(second.json.id, 'N\u0303-12'), { status: 200 }, 'an id that does not change is no collision');
  t.match(await patch(second.json.id, '77'), { status: 200 });
  t.match(await face({ citizen_id: 'Ñ-12', image }), { json: { result: true, name: 'Ana' } }, 'no longer ambiguous');
});
