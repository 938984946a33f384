import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { ask } from '../contracts/clients.js';
import { LONGEST_ANSWER_MS, Load, startLab, withoutGateway } from './lab.js';

test('three servers behind the example gateway', { skip: withoutGateway }, async (t) => {
  const lab = await startLab(t);
  const url = await lab.startGateway();
  const [first, second] = lab.replicas;

  const rolling = await Load.start(lab, [url], 250);
  await sleep(1000);
  for (const replica of lab.replicas) {
    const stopping = replica.stop();
    await sleep(500);
    t.match(await ask(`${replica.url}/health/ready`), { status: 503, json: { status: 'down', checks: { server: 'down' } } });
    t.equal(await stopping, 0);
    await replica.start();
  }
  await sleep(1000);
  const restarted = await rolling.finish();
  t.comment(`rolling: ${JSON.stringify(restarted)}`);
  t.ok(restarted.sent > 20);
  t.match(restarted, { lost: 0, wrong: 0, failures: [] }, 'a rolling restart fails no request');
  t.ok(restarted.slowestMs < LONGEST_ANSWER_MS);

  const dying = await Load.start(lab, [url], 250);
  await sleep(1000);
  await first!.stop('SIGKILL');
  await sleep(4000);
  const died = await dying.finish();
  t.match(died, { lost: 0, wrong: 0, failures: [] }, 'a server that dies fails no request');
  await first!.start();

  const hanging = await Load.start(lab, [url], 250);
  await sleep(1000);
  second!.signal('SIGSTOP');
  await sleep(14_000);
  const hung = await hanging.finish();
  second!.signal('SIGCONT');
  t.comment(`hung: ${JSON.stringify(hung)}`);
  t.match(hung, { lost: 0, wrong: 0, failures: [] }, 'a server that hangs fails no request');
  // The gateway waits for the server that hangs (`proxy_read_timeout` of deploy/nginx.conf, 11 s); then another one answers.
  t.ok(hung.slowestMs < 11_000 + LONGEST_ANSWER_MS, `slowest ${Math.round(hung.slowestMs)} ms`);
  await second!.ready();
});
