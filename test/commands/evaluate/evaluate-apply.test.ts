import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { replay, selfie } from '../../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../../helper.js';
import { readCommand } from '../run-command.js';

t.test('evaluate --apply sets the account to the suggested threshold', async (t) => {
  const server = await startTestServer(t);
  const directory = join(temporaryDirectory(t), 'pictures');
  for (const folder of ['bona-fide', 'attack/replay']) mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, 'bona-fide/one.jpg'), await selfie());
  writeFileSync(join(directory, 'bona-fide/two.jpg'), await selfie('other'));
  writeFileSync(join(directory, 'attack/replay/three.jpg'), await replay());
  const triface = (...args: string[]): Promise<string> => readCommand(args, { DATA_DIR: server.dataDir });
  await triface('policy', 'set', server.user, '--preset', 'soft', 'yaw=35');
  const said = await triface('evaluate', directory, '--target-bpcer', '0', '--apply', server.user);
  t.match(
    said,
    new RegExp(`Applied to ${server.user}: soft-3\\+liveness=0\\.\\d+\\+yaw=35`),
    'its preset and its other numbers stay',
  );
  t.match(await triface('policy', 'show', server.user), /liveness +0\.\d+/);
  await t.rejects(triface('evaluate', directory, '--apply', server.user), /exactly one --target-/);
  await t.rejects(
    triface('evaluate', directory, '--target-bpcer', '0', '--apply', 'nobody'),
    /the account nobody does not exist/,
  );

  const pairs = join(directory, 'pairs.csv');
  writeFileSync(
    pairs,
    'path_a,path_b,label\nbona-fide/one.jpg,attack/replay/three.jpg,same\nbona-fide/one.jpg,bona-fide/two.jpg,different\n',
  );
  t.match(
    await triface('evaluate', '--pairs', pairs, '--target-fmr', '0', '--apply', server.user),
    new RegExp(`Applied to ${server.user}: soft-3\\+liveness=0\\.\\d+\\+match=0\\.\\d+\\+yaw=35`),
    'recognition sets its own threshold beside',
  );

  const log = JSON.parse(await triface('audit', 'list', '--json', '--action', 'account.policy'));
  t.match(
    log.map(({ detail }: { detail: object }) => detail),
    [
      { command: 'policy set', new: { policy: { thresholds: { yaw: 35 } } } },
      {
        command: 'evaluate',
        old: { policy: { thresholds: { yaw: 35 } } },
        new: { policy: { thresholds: { liveness: Number } } },
      },
      { command: 'evaluate', new: { policy: { thresholds: { match: Number } } } },
    ],
    'all of it is in the audit log',
  );
});
