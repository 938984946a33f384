import type { Test } from 'tap';
import { type MadeCapture, seal } from '../../capture/made-capture.js';
import { readCommand } from '../../commands/run-command.js';
import { form, startTestServer, type TestServer } from '../../helper.js';
import { ask, paths, post } from '../clients.js';

/** What a page knows of the key it seals for. */
type Key = Parameters<typeof seal>[1];

/** The server's current key, as a page gets it. */
export async function fetchKey(server: TestServer): Promise<Key> {
  const { keys } = (await ask(`${server.url}/triface/v1/capture/keys`)).json as { keys: Key['publicJwk'][] };
  return { kid: keys[0]!.kid, publicJwk: keys[0]! };
}

/** A server, and a client of Liveness Plus. */
export async function startPlus(t: Test, env: Record<string, string> = {}) {
  const server = await startTestServer(t, env);
  const key = await fetchKey(server);
  const authorization = `Bearer ${await server.apiToken()}`;
  const send = (packet: Buffer, more: Record<string, string | Buffer> = {}) =>
    post(server.url + paths.apptenticate, form({ encrypted_file: packet, ...more }), { authorization });
  const sendCapture = async (capture: MadeCapture, more: Record<string, string | Buffer> = {}) =>
    send(await seal(capture, key), more);
  const triface = (...args: string[]): Promise<string> => readCommand(args, { DATA_DIR: server.dataDir });
  /** What `triface explain` says of a stored scan. */
  const explain = async (id: unknown) => JSON.parse(await triface('explain', '--json', String(id)));
  return { server, key, send, sendCapture, triface, explain };
}
