import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'tap';
import { listenerService } from '../../src/server/listener.js';
import { allSettled, Services } from '../../src/server/service.js';
import { ask } from '../contracts/clients.js';

test('the port is taken at once, answers 503 until it is opened, and closes after its requests', async (t) => {
  const services = new Services();
  const listener = await services.start(listenerService({ HOST: '127.0.0.1', PORT: 0 }));
  const early = await ask(`${listener.url}/health/ready`);
  t.equal(early.status, 503);
  t.match(early.headers.get('retry-after'), /^\d+$/);
  const second = listenerService({ HOST: '127.0.0.1', PORT: Number(new URL(listener.url).port) });
  await t.rejects(async () => second.start(), { name: 'ListenError', message: /already in use/ });
  let answer: (() => void) | undefined;
  listener.open((_request, response) => {
    answer = () => response.end('whole');
  });
  const running = ask(`${listener.url}/`);
  while (!answer) await new Promise((resolve) => setTimeout(resolve, 5));
  const drained = listener.drain(60_000);
  await t.rejects(ask(`${listener.url}/`), 'no more connections');
  answer();
  t.equal((await running).text, 'whole');
  await drained;
  await services.stop();
});

test('requests during the stop get 503, with the headers that the routes would have added', async (t) => {
  const services = new Services();
  const listener = await services.start(listenerService({ HOST: '127.0.0.1', PORT: 0 }));
  let first: ServerResponse | undefined;
  listener.open(
    (_request, response) => {
      first = response;
    },
    ({ headers }) => {
      first!.end('first');
      return { 'access-control-allow-origin': headers.origin };
    },
  );
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  const request = 'GET / HTTP/1.1\r\nHost: test\r\nOrigin: https://portal.example\r\n\r\n';
  socket.write(request);
  while (!first) await new Promise((resolve) => setTimeout(resolve, 5));
  const drained = listener.drain(60_000);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write(request);
  await Promise.all([drained, ended]);
  t.match(text, /first[\s\S]*HTTP\/1\.1 503 [\s\S]*access-control-allow-origin: https:\/\/portal\.example\r\n/i);
  await services.stop();
});

test('a connection that stays open is closed after the limit', async (t) => {
  const services = new Services();
  const listener = await services.start(listenerService({ HOST: 'localhost', PORT: 0 }));
  listener.open(() => {});
  const hanging = ask(`${listener.url}/`).then(
    () => 'answered',
    () => 'closed',
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await listener.drain(50);
  t.equal(await hanging, 'closed');
});

test('services stop in reverse order, once, also after a failed start of another one', async (t) => {
  const services = new Services();
  const events: string[] = [];
  const service = (name: string) => ({
    start: () => name,
    stop: async (running: string) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(running);
    },
  });
  await services.start(service('first'));
  await services.start(service('second'));
  const failing = services.start({
    start: () => {
      throw new Error('no');
    },
    stop: () => {
      events.push('failed');
    },
  });
  await t.rejects(failing, { message: 'no' });
  await Promise.all([services.stop(), services.stop()]);
  t.same(events, ['second', 'first']);
});

test('a failure is reported when the other tasks have ended', async (t) => {
  let hasEnded = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => {
    hasEnded = true;
  });
  await t.rejects(allSettled([slow, Promise.reject(new Error('no'))]), { message: 'no' });
  t.ok(hasEnded);
  t.same(await allSettled([Promise.resolve(1), Promise.resolve('a')]), [1, 'a']);
});

test('nothing is written into an answer that has begun, if the rest of its request is not HTTP', async (t) => {
  const services = new Services();
  const listener = await services.start(listenerService({ HOST: '127.0.0.1', PORT: 0 }));
  let answer: ServerResponse | undefined;
  listener.open((_request, response) => {
    answer = response;
    response.write('begun, ');
  });
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  socket.on('error', () => {});
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  while (!text.includes('begun')) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.write('not a chunk\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  answer!.end('ended');
  while (!text.includes('ended')) await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
  socket.destroy();
  await services.stop();
});
