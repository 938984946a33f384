import { test } from 'tap';
import { selfie } from '../../fixtures/pictures.js';
import { startTestServer } from '../../helper.js';
import { paths, postJson } from '../clients.js';

const aliases = ['/api/v1/basic/face/liveness', '/api/v1/id-verifications/face/liveness'];

test('largest picture and largest body', async (t) => {
  const picture = await selfie();
  // exactly the size of the picture: one byte more is too large
  const server = await startTestServer(t, { TRIFACE_MAX_IMAGE_BYTES: String(picture.length) });
  const send = (bytes: Buffer, wrap = (text: string) => text) =>
    postJson(
      server.url + paths.faceLiveness,
      { sessionId: 's', faceImageBase: wrap(bytes.toString('base64')) },
      { authorization: server.basic },
    );
  const fits = await send(picture);
  t.match(fits.json, { sessionId: 's', hasError: false });
  t.match((await send(picture, (text) => text.replace(/.{76}/g, '$&\r\n'))).json, fits.json, 'line breaks are not counted');
  for (const more of [1, 2, 3, 1000, 30_000]) {
    const answer = await send(Buffer.concat([picture, Buffer.alloc(more)]));
    t.equal(answer.status, 200, `${more} bytes more`);
    t.equal(answer.text, '{"sessionId":"s","hasError":true,"error":"IMAGE_TOO_LARGE"}', `${more} bytes more`);
  }
  const huge = await send(Buffer.alloc(picture.length * 2));
  t.equal(huge.status, 413, 'a body that cannot hold an allowed picture is not read');
  t.equal(huge.text, '{"hasError":true,"error":"IMAGE_TOO_LARGE"}');
  t.match((await send(picture)).json, fits.json, 'and the server goes on');
});

test('alias paths are off', async (t) => {
  const server = await startTestServer(t);
  const faceImageBase = (await selfie()).toString('base64');
  for (const path of aliases) {
    const answer = await postJson(server.url + path, { faceImageBase }, { authorization: server.basic });
    t.equal(answer.status, 404, path);
    t.same(answer.json, { hasError: true, error: 'NOT_FOUND' });
  }
});

test('alias paths by TRIFACE_FACE_LIVENESS_ALIASES', async (t) => {
  const server = await startTestServer(t, { TRIFACE_FACE_LIVENESS_ALIASES: 'true' });
  const body = { sessionId: 's', faceImageBase: (await selfie()).toString('base64') };
  const send = (path: string) => postJson(server.url + path, body, { authorization: server.basic });
  const { score } = (await send(paths.faceLiveness)).json;
  const [basic, verifications] = await Promise.all(aliases.map(send));
  t.equal(verifications!.text, JSON.stringify({ sessionId: 's', score, hasError: false }));
  t.equal(basic!.text, JSON.stringify({ sessionId: 's', passiveLivenessScore: score, hasError: false }));
  for (const path of aliases) t.equal((await postJson(server.url + path, body)).status, 401, 'behind the same door');
});
