import t from 'tap';
import type { AnalysisEngine } from '../../src/analysis/engine.js';
import type { Verdict } from '../../src/analysis/verdict.js';
import { startTestEngine } from '../helper.js';
import { type FacelessPicture, faceLikePictures, facelessPictures } from './faceless/faceless-pictures.js';
import { judgeOutcome } from './judge-outcome.js';

const saysNoFace = ({ findings }: Verdict): boolean => findings[0] === 'face-not-found' || findings[0] === 'scene-not-visible';

/** The pictures in which a face was found, of each group. */
async function findFalseFaces(
  engine: Pick<AnalysisEngine, 'analyze'>,
  groups: Readonly<Record<string, readonly FacelessPicture[]>>,
): Promise<{ group: string; count: number; seen: string[] }[]> {
  return Promise.all(
    Object.entries(groups).map(async ([group, pictures]) => {
      const seen: string[] = [];
      await Promise.all(
        pictures.map(async ({ name, bytes }) => {
          const verdict = judgeOutcome(await engine.analyze({ bytes: Buffer.from(bytes) }));
          if (!saysNoFace(verdict)) seen.push(`${name} (${verdict.findings[0] ?? 'accepted'})`);
        }),
      );
      return { group, count: pictures.length, seen };
    }),
  );
}

t.test('pictures without a face', async (t) => {
  const [faceless, faceLike] = [await facelessPictures(), await faceLikePictures()];
  const engine = await startTestEngine(t, 2);

  const plain = await findFalseFaces(engine, faceless);
  const total = plain.reduce((sum, { count }) => sum + count, 0);
  const wrong = plain.flatMap(({ seen }) => seen);
  for (const { group, count, seen } of plain)
    t.comment(`${group}: ${count - seen.length} of ${count}; not ${seen.join(', ') || 'any'}`);
  t.ok(total >= 300, `${total} pictures`);
  t.ok(wrong.length <= 0.01 * total, `at least 99 % are answered with "no face": ${wrong.join(', ')}`);

  // A drawn face is a face to some; what is left must be refused for something else.
  for (const { group, count, seen } of await findFalseFaces(engine, faceLike)) {
    t.ok(seen.length <= 0.1 * count, `${group}: ${count - seen.length} of ${count}; not ${seen.join(', ')}`);
    t.notMatch(seen.join(), /accepted/, `${group}: none is accepted`);
  }
});
