import { test } from 'tap';
import { replay, selfie } from '../../../fixtures/pictures.js';
import { startTestServer } from '../../../helper.js';
import { threeClients } from '../../clients.js';
import { floatJson } from '../../float-json.js';
import { judgedPictures } from '../../judged-pictures.js';

const greatestLogit = 16.118;
const logit = (p: number): number => Math.min(greatestLogit, Math.max(-greatestLogit, Math.log(p / (1 - p))));

test('the answer depends on the requested options', async (t) => {
  const server = await startTestServer(t);
  const { apptenticate } = await threeClients(server);
  const live = await selfie();
  const attacked = await replay();
  // biome-ignore lint/suspicious/noExplicitAny: parsed JSON
  const checkResponse = (t: any, { score, quality, liveness }: any, range: readonly [number, number]): void => {
    t.ok(liveness >= range[0] && liveness <= range[1], `liveness ${liveness} within ${range}`);
    t.ok(quality >= 0 && quality <= 1, `quality ${quality}`);
    t.ok(Math.abs(score - logit(liveness)) < 2e-6, `score ${score} is the logit of the liveness`);
  };

  const options: Record<string, string>[] = [
    {},
    { details: 'true' },
    { return_id: 'true' },
    { details: 'true', return_id: 'true' },
    { details: 'false', return_id: 'false' },
    { details: 'true', return_id: 'true', device: 'IOS' },
  ];
  for (const asked of options) {
    const details = asked.details === 'true';
    const withId = asked.return_id === 'true';
    await t.test(`accepted: ${JSON.stringify(asked)}`, async (t) => {
      const { status, json, text } = await apptenticate(live, asked);
      const { score, quality, liveness } = json.api_response ?? {};
      const expected = {
        valid: true,
        ...(details ? { api_response: { score, quality, liveness } } : {}),
        ...(withId ? { id: json.id } : {}),
      };
      t.equal(status, 200);
      t.equal(text, floatJson(expected), 'these fields, in this order');
      if (details) checkResponse(t, json.api_response, [0.5, 1]);
      if (withId) t.ok(Number.isInteger(json.id) && json.id > 0);
    });
    await t.test(`attack: ${JSON.stringify(asked)}`, async (t) => {
      const { status, json, text } = await apptenticate(attacked, asked);
      const { score, quality, liveness } = json.error_details?.api_response ?? {};
      const expected = {
        valid: false,
        error_code: 715,
        message: 'Attack detected in the sent image.',
        error_details: {
          face_liveness: `For a positive result you must get at least 0.5, value achieved: ${liveness}.`,
          api_response: { score, quality, liveness },
        },
        ...(withId ? { id: json.id } : {}),
      };
      t.equal(status, 200);
      t.equal(text, floatJson(expected), 'these fields, in this order');
      checkResponse(t, json.error_details.api_response, [0, 0.4999999]);
    });
  }

  await t.test('ids are ascending integers, regardless of the answer', async (t) => {
    let last = 0;
    for (const picture of [live, attacked, Buffer.from('nothing'), live]) {
      const { id } = (await apptenticate(picture, { return_id: '1' })).json;
      t.ok(Number.isInteger(id) && id > last, `${id} after ${last}`);
      last = id;
    }
  });

  await t.test('the same picture gives the same numbers', async (t) => {
    const answers = await Promise.all([1, 2, 3].map(() => apptenticate(live, { details: 'true' })));
    t.equal(new Set(answers.map(({ text }) => text)).size, 1);
  });
});

test('every code that a picture can cause, with the text of the vendor’s table', async (t) => {
  const server = await startTestServer(t);
  const { apptenticate } = await threeClients(server);
  const seen = new Set<number>();
  for (const { name, make, rejection } of judgedPictures) {
    const { status, json, text } = await apptenticate(await make());
    t.equal(status, 200, name);
    if (!rejection) {
      t.equal(text, '{"valid":true}', name);
      continue;
    }
    const [error_code, message] = rejection;
    seen.add(error_code);
    const details = error_code === 715 ? { error_details: json.error_details } : {};
    t.equal(text, floatJson({ valid: false, error_code, message, ...details }), name);
  }
  t.same([...seen].sort(), [700, 701, 702, 703, 704, 705, 706, 707, 708, 710, 713, 714, 715]);
});

test('TRIFACE_REJECTION_STATUS=400', async (t) => {
  const server = await startTestServer(t, { TRIFACE_REJECTION_STATUS: '400' });
  const { apptenticate } = await threeClients(server);
  t.match(await apptenticate(await selfie()), { status: 200, json: { valid: true } });
  t.match(await apptenticate(await replay()), { status: 400, json: { valid: false, error_code: 715 } });
  t.match(await apptenticate(Buffer.alloc(0)), { status: 400, json: { valid: false, error_code: 708 } });
  t.match(await apptenticate(await selfie(), { encrypted_file: 'x.x.x.x.x' }), { status: 400, json: { error_code: 708 } });
});
