import { test } from 'tap';
import { startTestServer } from '../helper.js';
import { leaks, paths, post } from './clients.js';

/** Bodies that are cheap to send and dear to parse: within the limits of bytes, with millions of values. */
test('bodies of millions of values are refused before they are parsed', async (t) => {
  const server = await startTestServer(t);
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  const basic = { authorization: server.basic };
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const count = 1_500_000;
  const jsons = {
    'deep arrays': '['.repeat(count) + ']'.repeat(count),
    'deep objects': `${'{"a":'.repeat(count)}1${'}'.repeat(count)}`,
    'many members': `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')}}`,
    'many items': `{"sessionId":[${'0,'.repeat(count)}0]}`,
  };
  const persons = '/api/v3.2/biometrics/recognizer/persons/';
  const targets = [
    [paths.faceLiveness, { ...basic, ...json }],
    [persons, { ...api, ...json }],
    [paths.apptenticate, { ...api, ...json }],
    [paths.dms, { ...bearer, ...json }],
    ['/v1/identify', { ...basic, ...json }],
  ] as const;
  for (const [name, body] of Object.entries(jsons))
    for (const [path, headers] of targets) {
      const { status, text, json } = await post(server.url + path, body, headers);
      t.equal(status, 413, `${path}: ${name}: ${text.slice(0, 80)}`);
      t.ok(json, 'in JSON');
      t.notMatch(text, leaks);
    }
  const pairs = Array.from({ length: count }, (_, i) => `k${i}=1`).join('&');
  t.equal((await post(server.url + persons, pairs, { ...api, ...form })).status, 413, 'many fields');
  const escaped = `citizen_id=${'%41'.repeat(2 * count)}`;
  t.equal((await post(server.url + persons, escaped, { ...api, ...form })).status, 400, 'a field of escapes is read');
});

test('a boundary that is too long, or hard to search for', async (t) => {
  const server = await startTestServer(t);
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  for (const [boundary, body] of [
    ['b'.repeat(71), 'b'.repeat(1000)],
    ['b'.repeat(5000), 'b'.repeat(1000)],
    ['a'.repeat(70), `--${'a'.repeat(70)}\r\n${'a'.repeat(5_000_000)}`],
    ['ab'.repeat(35), `--${'ab'.repeat(35)}\r\nX: y\r\n\r\n${'\r\n--ab'.repeat(800_000)}`],
  ] as const) {
    const headers = { ...api, 'content-type': `multipart/form-data; boundary=${boundary}` };
    const { status, text } = await post(server.url + paths.apptenticate, body, headers);
    t.ok([400, 413].includes(status), `${boundary.slice(0, 10)}, ${boundary.length} characters: ${text.slice(0, 100)}`);
  }
});
