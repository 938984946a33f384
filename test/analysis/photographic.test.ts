import t from 'tap';
import { ratePhotographic } from '../../src/analysis/photographic.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge } from '../../src/analysis/verdict.js';
import { makeNobody, nobody, photographs } from '../fixtures/nobody.js';
import { selfie } from '../fixtures/pictures.js';
import { startTestEngine } from '../helper.js';

const photograph = { toneSteps: 0.05, edges: 10, nextStep: 0.5, skinRed: 20, polarity: 1.1 };

t.test('each sign alone makes a picture no photograph', async (t) => {
  t.equal(ratePhotographic(photograph), 1);
  t.equal(ratePhotographic({ skinRed: 20, polarity: 1.1 }), 1, 'what was not measured is left out');
  for (const sign of [{ toneSteps: 0.4 }, { edges: 40, nextStep: 0.05 }, { skinRed: -15 }, { polarity: -0.5 }])
    t.equal(ratePhotographic({ ...photograph, ...sign }), 0, Object.keys(sign).join());
});

t.test('strong compression leaves out tones, too: the picture is then neither accepted nor called an attack', async (t) => {
  const compressed = { ...photograph, toneSteps: 0.9 };
  t.equal(ratePhotographic(compressed, 1.5), 0);
  t.equal(ratePhotographic(compressed, 8), 0.45);
  t.equal(ratePhotographic({ ...photograph, toneSteps: 0.35 }, 4), 1);
  t.equal(ratePhotographic({ ...photograph, polarity: -0.5 }, 8), 0, 'a negative stays one');
});

t.test('pictures of nobody are refused, photographs are not', async (t) => {
  const engine = await startTestEngine(t, 2);
  const look = async (picture: Buffer) => {
    const outcome = await engine.analyze({ bytes: Buffer.from(picture) });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    return { face: outcome.observation.faces[0], verdict: judge(outcome.observation, regularPolicy) };
  };
  for (const who of ['selfie', 'other'] as const) {
    const picture = await selfie(who);
    const original = await look(picture);
    t.equal(original.face!.photographic, 1);
    const { y1, y2 } = original.face!.box;
    for (const [name, filter] of Object.entries(nobody)) {
      const { face, verdict } = await look(await makeNobody(picture, y2 - y1, filter));
      t.notOk(verdict.accepted, `${who}, ${name}: ${verdict.findings.join()}`);
      // Contract B's clients see only the score: it must not pass either.
      t.ok(
        (face?.liveness ?? 0) < 0.5,
        `${who}, ${name}: ${face?.liveness}, of the network alone ${face?.livenessScores.shipped}`,
      );
    }
    for (const [name, filter] of Object.entries(photographs)) {
      const { face, verdict } = await look(await makeNobody(picture, y2 - y1, filter));
      t.equal(face?.photographic, 1, `${who}, ${name}`);
      t.ok(verdict.accepted, `${who}, ${name}: ${verdict.findings.join()}`);
    }
  }
});
