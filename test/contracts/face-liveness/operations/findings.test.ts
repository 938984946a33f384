import { test } from 'tap';
import { startTestServer } from '../../../helper.js';
import { threeClients } from '../../clients.js';
import { floatJson } from '../../float-json.js';
import { judgedPictures } from '../../judged-pictures.js';

test('the error name or the score of every kind of picture', async (t) => {
  const server = await startTestServer(t);
  const { faceLiveness } = await threeClients(server);
  const names = new Set<string>();
  for (const { name, make, error, finding } of judgedPictures) {
    const { status, text, json } = await faceLiveness(await make(), name);
    t.equal(status, 200, name);
    if (error) {
      names.add(error);
      t.equal(text, JSON.stringify({ sessionId: name, hasError: true, error }), name);
    } else {
      t.equal(text, floatJson({ sessionId: name, score: json.score, hasError: false }), name);
      t.ok(json.score >= 0 && json.score <= 1);
      if (finding === null) t.ok(json.score > 0.5, `${name}: live`);
      if (finding === 'attack') t.ok(json.score < 0.5, `${name}: an attack, for the client to see by its threshold`);
    }
  }
  t.same(
    [...names].sort(),
    [
      'FACE_ANGLE_TOO_LARGE',
      'FACE_CLOSE_TO_BORDER',
      'FACE_CROPPED',
      'FACE_IS_OCCLUDED',
      'FACE_NOT_FOUND',
      'FACE_TOO_CLOSE',
      'FACE_TOO_SMALL',
      'TOO_MANY_FACES',
      'FAILED_TO_READ_IMAGE',
      'IMAGE_TOO_LARGE',
    ].sort(),
    'the vendor’s eight, and two of ours',
  );
});
