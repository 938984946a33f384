import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { type ArrivalLimits, BodyArrival } from '../../../src/platform/http/body-arrival.js';

const patient: ArrivalLimits = { startSeconds: 3600, leastRate: 0, totalSeconds: 3600 };
const room = () => undefined;

/** Looks at the pace until the body fails, as the server does. */
async function findFault(arrival: BodyArrival, feed?: () => void): Promise<unknown> {
  let fault: unknown;
  arrival.onFail((error) => {
    fault = error;
  });
  for (let i = 0; i < 600 && !fault; i++) {
    feed?.();
    arrival.checkPace();
    await sleep(20);
  }
  return fault;
}

test('a body of which nothing arrives, that is slower than the least rate, or takes too long', async (t) => {
  const silent = new BodyArrival({ ...patient, startSeconds: 0.2 }, 1000, room);
  t.match(await findFault(silent), { fault: 'too-slow', message: /no body arrived/ });
  const slow = new BodyArrival({ startSeconds: 0.1, leastRate: 1e6, totalSeconds: 3600 }, 1000, room);
  slow.count(100);
  t.match(await findFault(slow), { fault: 'too-slow', message: /less than 1000000 bytes per second/ });
  const endless = new BodyArrival({ ...patient, totalSeconds: 0.2 }, 1e9, room);
  t.match(await findFault(endless, () => endless.count(10)), { fault: 'too-slow', message: /within 0.2 seconds/ });
});

test('a steady body is not failed, nor one that has arrived', async (t) => {
  const steady = new BodyArrival({ startSeconds: 0.2, leastRate: 10, totalSeconds: 3600 }, 1e6, room);
  const arrived = new BodyArrival({ startSeconds: 0, leastRate: 1e9, totalSeconds: 0.01 }, 1000, room);
  arrived.count(1);
  arrived.end();
  for (let i = 0; i < 40; i++) {
    steady.count(10);
    await sleep(20);
    steady.checkPace();
    arrived.checkPace();
  }
  for (const arrival of [steady, arrived]) arrival.onFail((error) => t.fail(error.message));
  t.pass();
});

test('a body that is too long or for which there is no room fails once, also for a reader that comes later', async (t) => {
  const long = new BodyArrival(patient, 100, room);
  const faults: unknown[] = [];
  long.onFail((error) => faults.push(error));
  long.count(60);
  t.equal(faults.length, 0);
  long.count(60);
  long.count(60);
  long.onFail((error) => faults.push(error));
  t.match(faults, [{ fault: 'too-large' }, { fault: 'too-large' }]);
  const full = new BodyArrival(patient, 100, () => new Error('full'));
  full.count(1);
  full.onFail(({ message }) => t.equal(message, 'full'));
});
