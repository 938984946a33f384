import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { serve } from '../../app/served.js';
import { selfie } from '../../fixtures/pictures.js';
import { temporaryDirectory } from '../../helper.js';

interface Line {
  readonly reqId?: string;
  readonly msg: string;
  readonly responseTime?: number;
  readonly res?: { readonly statusCode: number };
}

test('every request has one closing line in the log, also if its client gave up', async (t) => {
  const [user, password] = ['tester', 'correct horse battery'];
  const { url, log } = await serve(t, {
    DATA_DIR: temporaryDirectory(t),
    TRIFACE_ADMIN_USER: user,
    TRIFACE_ADMIN_PASSWORD: password,
  });
  const body = JSON.stringify({ faceImageBase: (await selfie()).toString('base64') });
  const head = [
    'POST /api/v1/face/liveness HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    `content-length: ${body.length}`,
  ].join('\r\n');
  const hang = async (sent: string, waitMs: number) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write(`${head}\r\n\r\n${sent}`);
    await sleep(waitMs);
    socket.destroy();
  };
  const lines = () => log() as unknown as Line[];
  const withMessage = (msg: string) => lines().filter((line) => line.msg === msg);
  const begun = async (count: number) => {
    while (withMessage('incoming request').length < count) await sleep(20);
  };

  await fetch(`${url}/api/v1/face/liveness`, { method: 'POST' });
  await begun(1);
  await hang('', 500);
  await begun(2);
  await hang(body.slice(0, 1000), 500);
  await begun(3);
  // while the picture is analysed, or shortly before or after
  for (let i = 0; i < 10; i++) await hang(body, 5 * i);
  while (withMessage('request aborted').length + withMessage('request completed').length < withMessage('incoming request').length)
    await sleep(50);
  const closing = lines().filter(({ msg }) => msg === 'request aborted' || msg === 'request completed');
  for (const { reqId } of withMessage('incoming request'))
    t.equal(closing.filter((line) => line.reqId === reqId).length, 1, `${reqId}`);
  const aborted = withMessage('request aborted');
  t.ok(aborted.length >= 2, `${aborted.length} aborted`);
  for (const { responseTime, res } of aborted) {
    t.type(responseTime, 'number');
    t.equal(res, undefined, 'no status: nothing was answered');
  }
});
