import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts } from '../src/identity/accounts.js';
import { PasswordHasher } from '../src/identity/password-hasher.js';
import { openStore } from '../src/storage/store.js';
import { selfie } from '../test/fixtures/pictures.js';
import { unrecorded } from '../test/identity/unrecorded.js';
import { percentile, timeBareModels } from './bare-models.js';

// What a person costs through contract A, end to end: registered, compared, erased; compared with the bare models (`analyzeImage`
// with a template, one thread, no HTTP, no store), in one run. All persons have one face, so duplicates are not looked for.
// Arguments: requests of each kind (default 200). DATABASE_URL: PostgreSQL in place of SQLite.
const rounds = Number(process.argv[2] ?? 200);

type Send = () => Promise<void>;

const picture = await selfie();
const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-'));
const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), {
  stdio: 'inherit',
  env: { ...process.env, DATA_DIR: dataDir },
});
const [{ url }] = (await once(server, 'message')) as [{ url: string }];
const store = await openStore({ databaseUrl: process.env.DATABASE_URL ?? '', dataDir });
const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
await accounts.setRecognition('bench', JSON.stringify({ liveness: true, duplicates: 'off' }));
await store.close();

async function login(): Promise<string> {
  const body = new URLSearchParams({ username: 'bench', password: 'bench bench bench' });
  return ((await (await fetch(`${url}/api/token/`, { method: 'POST', body })).json()) as { access: string }).access;
}

/** @returns milliseconds of each request, and requests per second, for this number of clients */
async function time(send: Send, clients: number): Promise<{ readonly times: number[]; readonly perSecond: number }> {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  const client = async (): Promise<void> => {
    while (next++ < rounds) {
      const start = performance.now();
      await send();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { times, perSecond: (rounds / (performance.now() - began)) * 1000 };
}

const recognizer = `${url}/api/v3.2/biometrics/recognizer`;
const ids: number[] = [];
let token = '';
const ask = async (method: string, path: string, fields: Record<string, string> | undefined, wanted: number) => {
  const body = fields && new FormData();
  for (const [name, value] of Object.entries(fields ?? {})) body!.set(name, value);
  body?.set('image', new Blob([Uint8Array.from(picture)], { type: 'image/jpeg' }), 'selfie.jpg');
  const response = await fetch(`${recognizer}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body } : {}),
  });
  const json = (await response.json()) as { id: number; result?: boolean };
  if (response.status !== wanted) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`);
  return json;
};
const kinds: Record<string, Send> = {
  registered: async () => {
    ids.push((await ask('POST', '/persons/', { citizen_id: randomUUID(), name: 'N' }, 201)).id);
  },
  erased: async () => {
    await ask('DELETE', `/persons/${ids.pop()}/`, undefined, 200);
  },
  compared: async () => {
    if ((await ask('POST', '/face/', { citizen_id: 'known' }, 200)).result !== true) throw new Error('not recognised');
  },
};

const bare = await timeBareModels(picture, rounds, { embedding: true, subject: 'prominent' });
console.log(
  `${rounds} of each, ${process.env.DATABASE_URL ? 'PostgreSQL' : 'SQLite'}, ${availableParallelism()} cores, Node ${process.version}`,
);
console.log('| | clients | p50 ms | p95 ms | a second |\n|---|---|---|---|---|');
const row = (name: string, clients: number, times: readonly number[], perSecond: number): void =>
  console.log(
    `| ${name} | ${clients} | ${percentile(times, 0.5).toFixed(1)} | ${percentile(times, 0.95).toFixed(1)} | ${perSecond.toFixed(1)} |`,
  );
row('bare models', 1, bare, 1000 / (bare.reduce((a, b) => a + b, 0) / bare.length));
token = await login();
await ask('POST', '/persons/', { citizen_id: 'known', name: 'N' }, 201);
for (const [name, send] of Object.entries(kinds)) {
  for (const clients of [1, availableParallelism() * 2]) {
    token = await login();
    const { times, perSecond } = await time(send, clients);
    row(name, clients, times, perSecond);
  }
}
server.send('stop');
await once(server, 'exit');
rmSync(dataDir, { recursive: true, force: true });
