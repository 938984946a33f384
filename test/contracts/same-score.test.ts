import { test } from 'tap';
import * as pictures from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { shareEngine } from '../shared-engine.js';
import { threeClients } from './clients.js';

test('one picture, one score in all three contracts', async (t) => {
  const server = await startTestServer(t, { WORKERS: '2' }, shareEngine);
  const { apptenticate, faceLiveness, dms } = await threeClients(server);
  const accepted: Record<string, () => Promise<Buffer>> = {
    selfie: pictures.selfie,
    'another person': () => pictures.selfie('other'),
    replay: pictures.replay,
    png: pictures.asPng,
    'png of 16 bits': pictures.asPng16,
    webp: pictures.asWebp,
    gif: pictures.asGif,
    cmyk: pictures.asCmyk,
    animation: pictures.asAnimation,
    'larger than 1600 px': () => pictures.enlarged(2400),
    'EXIF 6': () => pictures.exifRotated(6),
    dimmed: () => pictures.dimmed(0.5),
    'a little blurred': () => pictures.blurred(2),
  };
  for (const [name, make] of Object.entries(accepted)) {
    const picture = await make();
    const [a, b, c] = await Promise.all([apptenticate(picture, { details: 'true' }), faceLiveness(picture), dms(picture)]);
    const liveness = (a.json.api_response ?? a.json.error_details.api_response).liveness;
    t.equal(b.json.score, liveness, `${name}: ${liveness}`);
    t.equal(c.json.livenessScore, liveness);
    t.equal(a.json.valid, liveness >= 0.5, 'A: from 0.5 on');
    t.equal(c.json.result, liveness > 0.7 ? 'Real' : 'Spoof', 'C: above 0.7');
  }
  for (const [name, make] of Object.entries({ blurred: () => pictures.blurred(8), dark: () => pictures.dimmed(0.2) })) {
    const picture = await make();
    t.equal((await faceLiveness(picture)).json.score, (await dms(picture)).json.livenessScore, `${name}: no number in A`);
  }
});
