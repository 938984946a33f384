import { test } from 'tap';
import { startTestServer } from '../../../helper.js';
import { ask } from '../../clients.js';

test('GET /triface/v1/capture/keys: for any page, or for allowed pages only', async (t) => {
  const anyone = await startTestServer(t);
  const url = '/triface/v1/capture/keys';
  const answer = await ask(anyone.url + url, { headers: { origin: 'https://shop.example' } });
  t.equal(answer.status, 200);
  t.same(Object.keys(answer.json.keys[0]).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'], 'nothing of the private part');
  t.equal(answer.headers.get('access-control-allow-origin'), '*');
  t.match(answer.headers.get('cache-control'), /max-age=60/);
  t.match(answer.headers.get('access-control-expose-headers'), /date/);
  const some = await startTestServer(t, { TRIFACE_CAPTURE_ORIGINS: 'https://shop.example,http://localhost:3000' });
  for (const [origin, allowed] of [
    ['https://shop.example', 'https://shop.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://evil.example', null],
    ['null', null],
  ] as const) {
    const { headers, status } = await ask(some.url + url, { headers: { origin } });
    t.equal(status, 200);
    t.equal(headers.get('access-control-allow-origin'), allowed, origin);
    t.match(headers.get('vary'), /origin/i);
  }
  const own = await startTestServer(t, { TRIFACE_CAPTURE_ORIGINS: 'none' });
  const { headers } = await ask(own.url + url, { headers: { origin: 'https://shop.example' } });
  t.equal(headers.get('access-control-allow-origin'), null);
});
