import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '../../../src/identity/accounts.js';
import { PasswordHasher } from '../../../src/identity/password-hasher.js';
import { openStore } from '../../../src/storage/store.js';
import { unrecorded } from '../../../test/identity/unrecorded.js';
import { BenchClient } from '../../growth/client.js';
import { credentials } from '../../growth/installation.js';
import { type Bench, timed } from '../bench.js';
import { withServer } from '../bench-server.js';
import { Steps } from '../slices.js';

const recognizer = '/api/v3.2/biometrics/recognizer';

/**
 * A person registered, compared and erased through contract A by one client, with the liveness check. All persons have one face, so
 * duplicates are not looked for.
 */
export async function measurePersons(bench: Bench): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-'));
  try {
    const store = await openStore({ databaseUrl: '', dataDir });
    const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
    await accounts.create({ ...credentials });
    await accounts.setRecognition(credentials.username, JSON.stringify({ liveness: true, duplicates: 'off' }));
    await store.close();
    await withServer({ DATA_DIR: dataDir }, ({ url }) => measureOn(bench, url));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureOn(bench: Bench, url: string): Promise<void> {
  const client = new BenchClient(() => url);
  const image = bench.picture;
  let [id, citizenId] = [0, ''];
  const slice = new Steps({
    registered: async () => {
      citizenId = randomUUID();
      const form = { citizen_id: citizenId, name: 'N', image };
      const { body } = await client.send(`${recognizer}/persons/`, { as: 'a', form, expected: [201] });
      id = (body as { id: number }).id;
    },
    compared: async () => {
      const { body } = await client.send(`${recognizer}/face/`, { as: 'a', form: { citizen_id: citizenId, image } });
      if ((body as { result?: boolean }).result !== true) throw new Error('the person was not recognised');
    },
    erased: () => client.send(`${recognizer}/persons/${id}/`, { as: 'a', method: 'DELETE' }),
  });
  const at = { point: '1 client', at: 1 };
  await bench.measure('persons', [
    timed({ series: 'bare loop with a template', ...at }, () =>
      bench.bare.look(image, { embedding: true, subject: 'prominent' }),
    ),
    { slice, results: () => Object.entries(slice.times).map(([series, times]) => ({ series, ...at, times })) },
  ]);
}
