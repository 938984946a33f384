import sharp from 'sharp';
import { test } from 'tap';
import { segment, withSegments } from '../fixtures/made-jpeg.js';
import { flatRows, pngOf } from '../fixtures/made-png.js';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { threeClients } from './clients.js';

test('pictures of 64-megapixel phones are judged', async (t) => {
  const server = await startTestServer(t);
  const clients = await threeClients(server);
  const picture = await sharp(await selfie())
    .resize(6944, 9280, { fit: 'cover', kernel: 'nearest' })
    .jpeg({ quality: 90 })
    .toBuffer();
  // Files of such phones have 10 to 25 MB. What the flat surfaces of this one lack, segments make up for.
  const padding = Math.ceil((20_000_000 - picture.length) / 65_000);
  const large = withSegments(picture, Array<Buffer>(padding).fill(segment(0xec, Buffer.alloc(65_000, 1))));
  t.ok(large.length > 19_000_000);
  t.match((await clients.faceLiveness(large)).json, { hasError: false, score: Number });
  t.match((await clients.dms(large)).json, { result: /Real|Spoof/ });
  t.equal((await clients.apptenticate(large)).text, '{"valid":true}');
});

test('a shape that takes seconds to decode is refused in the words of each contract', async (t) => {
  const server = await startTestServer(t);
  const clients = await threeClients(server);
  const thin = pngOf(1, 49_900_000, [8, 0, 0, 0, 0], flatRows(1, 49_900_000));
  t.match((await clients.apptenticate(thin)).json, { valid: false, error_code: 708 });
  t.match((await clients.faceLiveness(thin)).json, { hasError: true, error: 'IMAGE_TOO_LARGE' });
  t.match((await clients.dms(thin)).json, { result: 'Failed to open file', faces: [] });
});
