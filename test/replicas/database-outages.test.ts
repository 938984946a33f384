import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { LONGEST_ANSWER_MS, Load, startLab, withoutLab } from './lab.js';

test('three servers while their database is stopped, killed and frozen', { skip: withoutLab }, async (t) => {
  const lab = await startLab(t);
  const { cluster, replicas } = lab;
  const outages = [
    { name: 'restart', hold: 0, begin: () => cluster.stop(), end: () => cluster.start() },
    { name: 'stopped', hold: 8000, begin: () => cluster.stop(), end: () => cluster.start() },
    { name: 'frozen', hold: 12_000, begin: () => cluster.signal('SIGSTOP'), end: () => cluster.signal('SIGCONT') },
  ];
  for (const { name, hold, begin, end } of outages) {
    const load = await Load.start(
      lab,
      replicas.map(({ url }) => url),
    );
    await sleep(1500);
    const lines = replicas.map((replica) => replica.log().length);
    await begin();
    await sleep(hold);
    await end();
    const readyMs = Math.max(...(await Promise.all(replicas.map((replica) => replica.ready()))));
    t.ok(readyMs < 10_000, `${name}: ready again after ${Math.round(readyMs)} ms, in the same processes`);
    await sleep(1500);
    // On a busy machine until enough requests were answered again.
    while (load.acknowledged <= 5) await sleep(50);
    const verdict = await load.finish();
    t.comment(`${name}: ${JSON.stringify(verdict)}`);
    t.ok(verdict.acknowledged > 5, `${name}: ${verdict.acknowledged} of ${verdict.sent} acknowledged`);
    t.match(verdict, { lost: 0, wrong: 0, unexpected: [] }, name);
    t.ok(verdict.slowestMs < LONGEST_ANSWER_MS, `${name}: every answer in time`);
    replicas.forEach((replica, i) => {
      const written = replica.log().slice(lines[i]).trim().split('\n');
      const entries = written.map((line) => JSON.parse(line) as { level: number; msg: string });
      const loud = entries.filter(({ level, msg }) => level >= 40 || msg.includes('available again')).map(({ msg }) => msg);
      if (hold > 0 || loud.length > 0)
        t.same(
          loud,
          ['the database is not available: requests are answered with 503', 'the database is available again'],
          `${name}: one line per change of state`,
        );
    });
  }
});
