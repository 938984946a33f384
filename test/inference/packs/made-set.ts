import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { packLimits } from '../../../src/inference/packs/pack-limits.js';
import { describeMade, makeNetwork, sha256 } from './made-pack.js';

/** What a server does with a request: sends the file, or something else. */
export type Behaviour = 'file' | 'missing' | 'failing' | 'other' | 'page' | 'cut' | 'cut-without-length' | 'stalled' | 'larger';

/** A catalogue of two small packs that recommends both, and a mirror of their files. */
export interface MadeSet {
  readonly catalogFile: string;
  /** a folder with NAME/FILE */
  readonly mirror: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A server of a set's files. Requests are recorded; `behave` decides what a path gets (default: its file). */
export interface MadeMirror {
  readonly url: string;
  readonly asked: string[];
  behave: (path: string, attempt: number) => Behaviour;
}

/** Limits under which a test of a stalled download does not take long. */
export const quickLimits = { ...packLimits, stallMs: 400, pauseMs: 10 };

/**
 * Writes the set. Pack `one` has a licence text, pack `two` does not.
 * @param urlOf the pinned URL of a file (default: one that nobody serves)
 */
export function writeSet(directory: string, urlOf = (path: string) => `https://nowhere.invalid/${path}`): MadeSet {
  const catalogFile = join(directory, 'catalog.json');
  const mirror = join(directory, 'mirror');
  const files = new Map<string, Uint8Array>();
  const put = (path: string, bytes: Uint8Array): void => {
    files.set(path, bytes);
    mkdirSync(join(mirror, path, '..'), { recursive: true });
    writeFileSync(join(mirror, path), bytes);
  };
  const entries = ['one', 'two'].map((name) => {
    const network = makeNetwork({ steps: name === 'one' ? [] : [{ opType: 'Neg' }] });
    put(`${name}/${name}.onnx`, network);
    if (name === 'one') put('one/LICENSE', Buffer.from('do what you like'));
    const description = describeMade(network, { name });
    const networks = [{ ...description.networks[0]!, file: `${name}.onnx` }];
    mkdirSync(join(directory, 'packs', name), { recursive: true });
    writeFileSync(join(directory, 'packs', name, 'pack.json'), JSON.stringify({ ...description, networks }));
    const listed = [...files].filter(([path]) => path.startsWith(`${name}/`));
    return {
      ...{ name, version: '1.0.0', kind: 'liveness', licence: 'CC0-1.0', origin: 'a test', figures: [] },
      files: listed.map(([path, bytes]) => ({
        file: path.split('/')[1],
        bytes: bytes.length,
        sha256: sha256(bytes),
        urls: [urlOf(path)],
      })),
    };
  });
  const recommended = {
    shippedWeight: 2,
    packs: [
      { name: 'one', version: '1.0.0', weight: 1 },
      { name: 'two', version: '1.0.0', weight: 0.25 },
    ],
    ...{ inShort: 'fewer errors', benefit: ['better'], price: ['slower'] },
  };
  writeFileSync(catalogFile, JSON.stringify({ version: 1, recommended, packs: entries }));
  return { catalogFile, mirror, files };
}

/** Serves files by their path on a free port of this machine. */
export async function serveFiles(t: Test, files: ReadonlyMap<string, Uint8Array>): Promise<MadeMirror> {
  const server = createServer((request, response) => {
    const path = request.url!.slice(1);
    mirror.asked.push(path);
    const attempt = mirror.asked.filter((other) => other === path).length;
    const bytes = files.get(path);
    answer(response, bytes ? mirror.behave(path, attempt) : 'missing', bytes ?? new Uint8Array());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const mirror: MadeMirror = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    behave: () => 'file',
  };
  return mirror;
}

function answer(response: ServerResponse, behaviour: Behaviour, bytes: Uint8Array): void {
  const half = bytes.subarray(0, bytes.length >> 1);
  if (behaviour === 'file') response.end(bytes);
  else if (behaviour === 'missing') response.writeHead(404).end('not here');
  else if (behaviour === 'failing') response.writeHead(503).end('later');
  else if (behaviour === 'other') response.end(Buffer.from(bytes).fill(7));
  else if (behaviour === 'page') response.end('<html>log in</html>');
  else if (behaviour === 'larger') response.end(Buffer.concat([bytes, bytes]));
  else if (behaviour === 'stalled') response.writeHead(200, { 'content-length': bytes.length }).write(half);
  else {
    const headers = behaviour === 'cut' ? { 'content-length': bytes.length } : { connection: 'close' };
    // Neither a length nor chunks: the end of the connection is the end of the file.
    if (behaviour === 'cut-without-length') response.useChunkedEncodingByDefault = false;
    response.writeHead(200, headers).write(half, () => {
      if (behaviour === 'cut') response.destroy();
      else response.end();
    });
  }
}
