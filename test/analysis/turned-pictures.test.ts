import t from 'tap';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge } from '../../src/analysis/verdict.js';
import { masked, noFace, rotated, selfie } from '../fixtures/pictures.js';
import { startTestEngine } from '../helper.js';

t.test('a picture on its side or upside down without EXIF is judged upright', async (t) => {
  const engine = await startTestEngine(t);
  const look = async (picture: Buffer) => {
    const outcome = await engine.analyze({ bytes: picture });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    return outcome.observation;
  };
  const upright = await look(await selfie());
  t.equal(upright.turned, 0);
  for (const degrees of [90, 180, 270] as const) {
    const seen = await look(await rotated(degrees));
    t.equal(seen.turned, 360 - degrees, `turned by ${degrees}° is turned back`);
    t.same([seen.width, seen.height], [upright.width, upright.height], 'the size is that of the upright picture');
    t.equal(judge(seen, regularPolicy).accepted, true);
    for (const i of [0, 30, 36, 45, 48, 54]) {
      const [p, q] = [seen.faces[0]!.landmarks[i]!, upright.faces[0]!.landmarks[i]!];
      t.ok(
        Math.hypot(p.x - q.x, p.y - q.y) < 0.05 * upright.faces[0]!.eyeDistance,
        `landmark ${i} is where it is in the upright one`,
      );
    }
  }
  t.equal((await look(await masked())).turned, 0, 'what is covered is not turned');
  t.equal((await look(await noFace())).turned, 0);
});
