import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The address that the resolver gives for every name: a private one, which belongs to the namespace's loopback device. */
export const everyAddress = '10.0.2.1';
const resolverAddress = '127.0.0.53';

/** What runs first: the network has no other host, one resolver, and a bundle of CA certificates at the usual path. */
const prepare = [
  'ip link set lo up',
  `ip addr add ${everyAddress}/32 dev lo`,
  'mount --bind "$FOLDER/resolv.conf" /etc/resolv.conf',
  'mount -t tmpfs tmpfs /etc/ssl/certs',
  'cp "$FOLDER/ca.pem" /etc/ssl/certs/ca-certificates.crt',
].join(' && ');
const unshare = ['--net', '--mount', '--map-root-user', 'sh', '-c'];

/**
 * Prepares a folder for programs in namespaces.
 * @param folder empty; gets a home (`home`) and a folder of temporary files (`tmp`), both empty
 * @param ca certificates in PEM
 * @returns the programs' environment, in which nothing but PATH is inherited; undefined if this user cannot create namespaces here
 */
export function prepareNamespace(folder: string, ca: string): Record<string, string> | undefined {
  for (const name of ['home', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${resolverAddress}\n`);
  writeFileSync(join(folder, 'ca.pem'), ca);
  const env = { PATH: process.env.PATH!, FOLDER: folder, HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') };
  return spawnSync('unshare', [...unshare, prepare], { env }).status === 0 ? env : undefined;
}

/** Starts a Node.js program in a network namespace of its own. @param env of {@link prepareNamespace} @param script its path */
export const startInNamespace = (env: Record<string, string>, script: string): ChildProcessByStdio<Writable, Readable, null> =>
  spawn('unshare', [...unshare, `${prepare} && exec "$0" "$@"`, process.execPath, script], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** A resolver for the namespace that this process is in. */
export interface Resolver {
  /** names that were looked up, in order, each once per look-up of an IPv4 address */
  readonly names: string[];
  /** answers sent */
  readonly answers: () => number;
}

/** Answers each look-up with {@link everyAddress}. */
export async function startResolver(): Promise<Resolver> {
  const names: string[] = [];
  let answers = 0;
  const socket = createSocket('udp4').on('message', (query, { address, port }) => {
    const labels: string[] = [];
    let at = 12;
    for (; query[at]! > 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
    const isIpv4 = query.readUInt16BE(at + 1) === 1;
    if (isIpv4) names.push(labels.join('.'));
    // The question again, as an answer without error, with one record or none.
    const head = Buffer.from(query.subarray(0, at + 5));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isIpv4 ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...everyAddress.split('.').map(Number)];
    socket.send(Buffer.concat([head, Buffer.from(isIpv4 ? record : [])]), port, address);
    answers++;
  });
  socket.bind(53, resolverAddress).unref();
  await once(socket, 'listening');
  return { names, answers: () => answers };
}

/** Connections opened and datagrams sent in the namespace that this process is in, by all its processes since it was created. */
export function countTraffic(): { readonly connections: number; readonly datagrams: number } {
  const lines = readFileSync('/proc/self/net/snmp', 'utf8').split('\n');
  const read = (protocol: string, counter: string): number => {
    const [names, values] = lines.filter((line) => line.startsWith(`${protocol}:`)).map((line) => line.split(' '));
    return Number(values![names!.indexOf(counter)]);
  };
  const datagrams6 = /^Udp6OutDatagrams\s+(\d+)/m.exec(readFileSync('/proc/self/net/snmp6', 'utf8'));
  return { connections: read('Tcp', 'ActiveOpens'), datagrams: read('Udp', 'OutDatagrams') + Number(datagrams6?.[1] ?? 0) };
}
