import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { selfie } from '../../../fixtures/pictures.js';
import { startTestServer } from '../../../helper.js';
import { type Answer, paths, postJson } from '../../clients.js';

/** A picture server on the loopback; `asked` are the paths that reached it. */
async function startPictureServer(t: Test): Promise<{ host: string; asked: string[] }> {
  const picture = await selfie();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    switch (request.url) {
      case '/selfie':
        return response.setHeader('content-type', 'text/plain').end(picture);
      case '/text':
        return response.end('no picture');
      case '/large':
        return response.end(Buffer.alloc(600_000));
      case '/inward':
        return response.writeHead(302, { location: 'http://localhost:1/' }).end();
      default:
        return response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('pictures by URL', async (t) => {
  const { host, asked } = await startPictureServer(t);
  const open = async (t: Test, hosts?: string) => {
    const env = { TRIFACE_MAX_IMAGE_BYTES: '500000', ...(hosts === undefined ? {} : { TRIFACE_IMAGE_URL_HOSTS: hosts }) };
    const server = await startTestServer(t, env);
    return (faceImageBase: string): Promise<Answer> =>
      postJson(server.url + paths.faceLiveness, { sessionId: 's', faceImageBase }, { authorization: server.basic });
  };
  const failed = (error: string) => JSON.stringify({ sessionId: 's', hasError: true, error });

  await t.test('from a host on the list', async (t) => {
    const send = await open(t, `http://${host}`);
    const { json: inline } = await send((await selfie()).toString('base64'));
    t.same((await send(`http://${host}/selfie`)).json, inline, 'judged as the same picture inline');
    t.same((await send(`  HTTP://${host}/selfie\n`)).json, inline);
    const cases: Record<string, string> = {
      '/text': 'FAILED_TO_READ_IMAGE',
      '/large': 'IMAGE_TOO_LARGE',
      '/lost': 'IMAGE_URL_UNREACHABLE',
      '/inward': 'IMAGE_URL_NOT_ALLOWED',
    };
    for (const [path, error] of Object.entries(cases)) {
      const answer = await send(`http://${host}${path}`);
      t.equal(answer.status, 200, path);
      t.equal(answer.text, failed(error), path);
    }
    const listed = await open(t, 'pictures.example,*.cdn.example');
    for (const url of ['http://pictures.example/a.jpg', 'http://a.cdn.example/a.jpg'])
      t.match((await listed(url)).json, { error: 'IMAGE_URL_NOT_ALLOWED', message: /TRIFACE_IMAGE_URL_HOSTS/ }, url);
    for (const url of [`https://${host}/selfie`, 'http://127.0.0.2/selfie', 'https://example.com/selfie.jpg'])
      t.equal((await send(url)).text, failed('IMAGE_URL_NOT_ALLOWED'), url);
  });

  const inward = [
    `http://${host}/secret`,
    `https://${host}/secret`,
    'https://127.0.0.1/secret',
    'https://localhost/secret',
    'https://2130706433/secret',
    'https://0x7f.1/secret',
    'https://[::1]/secret',
    'https://[::ffff:127.0.0.1]/secret',
    'https://10.0.0.1/secret',
    'https://192.168.1.1/secret',
    'https://169.254.169.254/latest/meta-data/',
    'http://example.com/selfie.jpg',
    'https://user:password@example.com/selfie.jpg',
    'https://example.com:8443/selfie.jpg',
    'https://',
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    'ftp://example.com/selfie.jpg',
    'gopher://127.0.0.1:25/',
    'javascript:alert(1)',
  ];
  for (const [name, hosts] of [
    ['the default policy', undefined],
    ['plain http', 'public+http'],
    ['no URL at all', 'none'],
  ] as const) {
    await t.test(`${name}: nothing inward`, async (t) => {
      const send = await open(t, hosts);
      const before = asked.length;
      for (const url of inward) {
        // Allowed: it would be fetched.
        if (hosts === 'public+http' && url === 'http://example.com/selfie.jpg') continue;
        const answer = await send(url);
        t.equal(answer.status, 200, url);
        t.match(answer.json, { sessionId: 's', hasError: true, error: 'IMAGE_URL_NOT_ALLOWED' }, url);
        const names = hosts === undefined && url.startsWith('http:');
        t.equal(
          answer.json.message?.includes('TRIFACE_IMAGE_URL_HOSTS'),
          names || undefined,
          `${url}: the setting, if it is plain http`,
        );
      }
      t.equal(asked.length, before, 'no request left this server');
      if (hosts === 'none')
        t.equal((await send('https://example.com/selfie.jpg')).text, failed('IMAGE_URL_NOT_ALLOWED'), 'nor outward');
      t.match((await send((await selfie()).toString('base64'))).json, { hasError: false });
    });
  }
});
