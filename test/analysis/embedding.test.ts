import t from 'tap';
import { blurred, exifRotated, selfie } from '../fixtures/pictures.js';
import { startTestEngine } from '../helper.js';

t.test('an embedding is computed only if requested, has length 1 and distinguishes persons', async (t) => {
  const engine = await startTestEngine(t);
  const look = async (picture: Buffer, embedding: boolean) => {
    const outcome = await engine.analyze({ bytes: picture, embedding });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    return outcome.observation.faces[0]!;
  };
  const plain = await look(await selfie(), false);
  t.notOk('embedding' in plain || 'embeddingNorm' in plain);

  const embed = async (picture: Buffer) => {
    const face = await look(picture, true);
    if (!face.embedding) throw new Error('no embedding');
    return { vector: face.embedding, norm: face.embeddingNorm! };
  };
  const [one, turned, soft, other] = [
    await embed(await selfie()),
    await embed(await exifRotated(6)),
    await embed(await blurred(6)),
    await embed(await selfie('other')),
  ];
  const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  t.type(one.vector, Float32Array);
  t.equal(one.vector.length, 512);
  t.ok(Math.abs(cosine(one.vector, one.vector) - 1) < 1e-5);
  t.ok(cosine(one.vector, turned.vector) > 0.95, `the same picture in other pixels: ${cosine(one.vector, turned.vector)}`);
  t.ok(cosine(one.vector, other.vector) < 0.3, `another person: ${cosine(one.vector, other.vector)}`);
  t.ok(soft.norm < one.norm, `the norm falls with quality: ${soft.norm} of ${one.norm}`);
});
