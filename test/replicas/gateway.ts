import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { ask } from '../contracts/clients.js';

const nginx = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));

/** Why tests with nginx are skipped, or `false`. */
export const withoutNginx: string | false = nginx === undefined ? 'no nginx here: install it (Debian: nginx)' : false;

/** A TCP port of 127.0.0.1 that is free now. */
export async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts nginx with deploy/nginx.conf, without TLS, in front of servers on this machine. It ends with the test.
 * @param folder for its files
 * @param servers ports
 * @returns its URL
 */
export async function startGateway(
  t: Test,
  { folder, port, servers }: { readonly folder: string; readonly port: number; readonly servers: readonly number[] },
): Promise<string> {
  const example = readFileSync(join(findInstallation(), 'deploy/nginx.conf'), 'utf8');
  const text = example
    .replaceAll('server 127.0.0.1:8080;', servers.map((server) => `server 127.0.0.1:${server};`).join('\n    '))
    .replaceAll(/\n\s*(listen \[::\]|ssl_).*;/g, '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('listen 80;', `listen 127.0.0.1:${await findPort()};`)
    .replace('/var/log/nginx/triface.log', join(folder, 'nginx-access.log'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/nginx-${name};`,
  );
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx-error.log; ${asRoot} worker_processes 2;
    events {} http { access_log off; ${temporary.join(' ')} ${text} }`,
  );
  const check = spawnSync(nginx!, ['-t', '-c', file, '-p', folder], { encoding: 'utf8' });
  if (check.status !== 0) throw new Error(check.stderr);
  const gateway = spawn(nginx!, ['-c', file, '-p', folder], { stdio: 'ignore' });
  t.teardown(() => gateway.kill('SIGTERM'));
  const url = `http://127.0.0.1:${port}`;
  while (!(await ask(`${url}/health/live`).catch(() => undefined))) await sleep(50);
  return url;
}
