import { dirname, join } from 'node:path';
import { test } from 'tap';
import { connectClients, runOperator } from './clients.js';
import { startLab, withoutLab } from './lab.js';

test('three servers whose database goes back: by a failover, and by a restored backup', { skip: withoutLab }, async (t) => {
  const lab = await startLab(t);
  const { cluster, replicas } = lab;
  const { enrol, nameOf } = await connectClients(lab);
  const [first, second, third] = replicas as [(typeof replicas)[0], (typeof replicas)[0], (typeof replicas)[0]];
  // One of the faces is turned too far for a check of liveness.
  await runOperator(lab, 'user', 'recognition', lab.user, '--liveness', 'off');
  const everywhere = (face: Parameters<typeof nameOf>[1]) => Promise.all(replicas.map((replica) => nameOf(replica, face)));
  const ready = () => Promise.all(replicas.map((replica) => replica.ready()));
  t.same(await everywhere('other'), [[], [], []]);
  await enrol(first, 'before', 'selfie');

  await t.test('a standby that lacked the last change', async (t) => {
    const failOver = cluster.makeStandby();
    const lost = (await enrol(second, 'lost', 'turned')).json;
    t.same(await everywhere('turned'), [['lost'], ['lost'], ['lost']]);
    await failOver();
    await ready();
    t.same(await everywhere('turned'), [[], [], []], 'whom the standby does not know is nobody');
    const after = (await enrol(third, 'after', 'other')).json;
    t.equal(after.id, lost.id, 'the number is assigned again');
    t.same(await everywhere('other'), [['after'], ['after'], ['after']]);
    t.same(await everywhere('turned'), [[], [], []]);
    t.same(await everywhere('selfie'), [['before'], ['before'], ['before']]);
  });

  await t.test('pg_restore --clean under running servers', async (t) => {
    const dump = join(dirname(cluster.data), 'dump');
    cluster.run('pg_dump', '--format', 'custom', '--file', dump, 'postgres');
    const { id } = (await enrol(first, 'later', 'turned')).json;
    t.same(await everywhere('turned'), [['later'], ['later'], ['later']]);
    cluster.run('pg_restore', '--clean', '--if-exists', '--single-transaction', '--dbname', 'postgres', dump);
    await ready();
    t.same(await everywhere('turned'), [[], [], []]);
    t.same(await everywhere('other'), [['after'], ['after'], ['after']]);
    t.equal((await enrol(second, 'again', 'turned')).json.id, id);
    t.same(await everywhere('turned'), [['again'], ['again'], ['again']]);
  });
});
