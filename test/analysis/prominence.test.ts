import fc from 'fast-check';
import { test } from 'tap';
import { prominence } from '../../src/analysis/prominence.js';
import { group, selfie } from '../fixtures/pictures.js';
import { startTestEngine } from '../helper.js';

const size = { width: 1000, height: 800 };
/** A face of this height about a point. */
const face = (x: number, y: number, height: number) => ({
  ...{ x1: x - height / 3, y1: y - height / 2, x2: x + height / 3, y2: y + height / 2 },
});

test('in the middle a face counts by its height, elsewhere for less', (t) => {
  t.equal(prominence(face(500, 400, 200), size), 200);
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, fc.integer({ min: 10, max: 700 }), (x, y, nearer, height) => {
      const [dx, dy] = [(x - 0.5) * size.width, (y - 0.5) * size.height];
      const out = prominence(face(500 + dx, 400 + dy, height), size);
      const near = prominence(face(500 + dx * nearer, 400 + dy * nearer, height), size);
      const mirrored = prominence(face(500 - dx, 400 - dy, height), size);
      return out > 0 && near >= out - 1e-9 && out <= height && Math.abs(mirrored - out) < 1e-6;
    }),
  );
  t.end();
});

test('a larger bystander at the edge counts for less; two faces side by side count the same', (t) => {
  const subject = prominence(face(500, 400, 200), size);
  t.ok(prominence(face(940, 120, 260), size) < 0.6 * subject);
  t.ok(prominence(face(300, 400, 200), size) / prominence(face(690, 400, 200), size) > 0.9);
  t.end();
});

test('the engine puts the subject first, in the requested order', async (t) => {
  const engine = await startTestEngine(t);
  const look = async (picture: Buffer, subject?: 'prominent' | 'largest') => {
    const outcome = await engine.analyze({ bytes: picture, ...(subject ? { subject } : {}) });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    return outcome.observation;
  };
  const height = ({ box }: { box: { y1: number; y2: number } }) => box.y2 - box.y1;
  const isFalling = (values: number[]) => values.every((value, i) => i === 0 || value <= values[i - 1]!);
  for (const picture of [group(), await selfie()]) {
    const largest = await look(Buffer.from(picture));
    const prominent = await look(Buffer.from(picture), 'prominent');
    t.equal(largest.subject, 'largest');
    t.equal(prominent.subject, 'prominent');
    t.equal(largest.outlines.length, prominent.outlines.length);
    t.ok(isFalling(largest.outlines.map(height)));
    t.ok(isFalling(prominent.outlines.map(({ box }) => prominence(box, prominent))));
    t.same(prominent.faces[0]?.box, prominent.outlines[0]?.box, 'the one looked at is the first');
  }
});
