import { test } from 'tap';
import { isPortraitClear } from '../../src/analysis/turn-portrait.js';
import { cardPatterns, drawCard } from '../fixtures/cards.js';
import { selfie } from '../fixtures/pictures.js';
import { startMeasuringEngine } from '../measuring-engine.js';

const persons = ['selfie', 'other', 'turned'] as const;
/** The default policy's. */
const match = 0.35;

test('a portrait on a card at any quarter turn, under patterns', async (t) => {
  const engine = await startMeasuringEngine(1);
  t.teardown(() => engine.close());
  const look = async (bytes: Buffer, subject: 'prominent' | 'portrait') => {
    const outcome = await engine.analyze({ bytes, subject, embedding: true });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    return outcome.observation;
  };
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const faces = new Map<string, Float32Array>();
  for (const who of persons) faces.set(who, (await look(await selfie(who), 'prominent')).faces[0]!.embedding!);
  for (const [i, who] of persons.entries()) {
    for (const turn of [0, 90, 180, 270]) {
      // each person under every pattern, and each pattern in every turn
      for (const pattern of [cardPatterns[(i + turn / 90) % 4]!, cardPatterns[(i + turn / 90 + 2) % 4]!]) {
        const name = `${who}, ${pattern}, turned by ${turn}`;
        const portrait = await selfie(who);
        const card = await drawCard(portrait, { pattern, turn, ...(pattern === 'stripes' ? { ghost: portrait } : {}) });
        const seen = await look(card, 'portrait');
        t.equal((seen.turned + turn) % 360, 0, `${name}: upright`);
        const face = seen.faces[0]!;
        const isOwn = cosine(face.embedding!, faces.get(who)!) >= match;
        // Dense lines hide a face: that is said, never "somebody else".
        t.ok(isOwn || !isPortraitClear(face.occlusionSignals), `${name}: never somebody else`);
        if (pattern !== 'guilloche') t.ok(isOwn, `${name}: found again`);
        for (const other of persons.filter((name) => name !== who))
          t.notOk(cosine(face.embedding!, faces.get(other)!) >= match, `${name}: not ${other}`);
      }
    }
  }
});
