// Tries the default mode, `public`, on real sockets and port 443: this file runs itself once more in a network namespace of its own, where
// two well-known public addresses belong to the loopback device and there is no other device. No packet leaves the machine.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { makeCertificate, makeFetcher, noResolve, refused, resolveTo, watchDials } from './fetch-helper.js';

const publicOne = '93.184.215.14';
const publicTwo = '151.101.1.69';

if (process.env.TRIFACE_TEST_INSIDE === 'yes') await inside();
else outside();

function outside(): void {
  const unshare = ['--net', '--map-root-user', 'sh', '-c'];
  const prepare = `ip link set lo up && ip addr add ${publicOne}/32 dev lo && ip addr add ${publicTwo}/32 dev lo`;
  const possible = spawnSync('unshare', [...unshare, prepare]).status === 0;
  t.test('public mode on real sockets', { skip: possible ? false : 'needs Linux with unshare and ip' }, async (t) => {
    const { NODE_OPTIONS: _, ...rest } = process.env;
    const command = [...unshare, `${prepare} && exec "$0" "$@"`, process.execPath, fileURLToPath(import.meta.url)];
    const env = { ...rest, TRIFACE_TEST_INSIDE: 'yes' };
    const run = spawnSync('unshare', command, { encoding: 'utf8', env, timeout: 30_000 });
    t.equal(run.status, 0, 'every assertion in the namespace holds');
    if (run.status !== 0) t.comment(run.stdout, run.stderr);
    t.match(run.stdout, /^ok 4 - /m, 'and they ran');
  });
}

async function inside(): Promise<void> {
  const tls = makeCertificate(`DNS:pictures.test,DNS:next.test,IP:${publicOne}`);
  const served: string[] = [];

  /** Redirects wherever the path says, else tells its address. */
  async function serveOn(address: string): Promise<void> {
    const server = createServer(tls, (request, response) => {
      served.push(address);
      const { pathname, searchParams } = new URL(request.url!, 'https://x');
      if (pathname === '/to') response.writeHead(302, { location: searchParams.get('u')! }).end();
      else response.end(address);
    }).listen(443, address);
    await once(server, 'listening');
    t.teardown(() => server.close());
  }

  for (const address of [publicOne, publicTwo, '127.0.0.1']) await serveOn(address);
  const ca = tls.cert;

  t.test('a public host is fetched at its checked address', async (t) => {
    const dials = watchDials(t);
    const resolve = resolveTo(publicOne);
    const fetcher = makeFetcher(t, { hosts: 'public', ca, resolve });
    t.equal(String(await fetcher.fetch('https://pictures.test/')), publicOne);
    t.strictSame(dials(), [`${publicOne} 443`]);
  });

  t.test('rebinding from public to private gains nothing', async (t) => {
    const dials = watchDials(t);
    const answers = [[publicOne], ['127.0.0.1'], ['127.0.0.1']];
    const fetcher = makeFetcher(t, { hosts: 'public', ca, resolve: async () => answers.shift()! });
    t.equal(String(await fetcher.fetch('https://pictures.test/')), publicOne, 'the first answer was checked, and used');
    await refused(t, fetcher.fetch('https://pictures.test/'), 'not-allowed', 'the next one is private');
    t.strictSame(dials(), [`${publicOne} 443`]);
  });

  t.test('redirects: to another public host, and to private ones in every way', async (t) => {
    const resolve = async (host: string) => [{ 'pictures.test': publicOne, 'next.test': publicTwo }[host] ?? '127.0.0.1'];
    const fetcher = makeFetcher(t, { hosts: 'public', ca, resolve });
    t.equal(String(await fetcher.fetch('https://pictures.test/to?u=https://next.test/')), publicTwo);
    served.length = 0;
    const dials = watchDials(t);
    const targets = ['https://127.0.0.1/', 'https://2130706433/', 'https://[::1]/', 'https://localhost/', 'https://inside.test/'];
    const others = ['http://pictures.test/', 'https://pictures.test:8443/', 'https://169.254.169.254/', 'file:///etc/passwd'];
    for (const target of [...targets, ...others])
      await refused(t, fetcher.fetch(`https://pictures.test/to?u=${target}`), 'not-allowed', target);
    t.strictSame(served, Array(9).fill(publicOne), 'only the redirecting server was reached');
    t.strictSame(dials(), Array(9).fill(`${publicOne} 443`));
  });

  t.test('the notations of a public address all lead to that address', async (t) => {
    const dials = watchDials(t);
    const fetcher = makeFetcher(t, { hosts: 'public', ca, resolve: noResolve });
    const [a, b, c, d] = publicOne.split('.').map(Number) as [number, number, number, number];
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const octal = [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.');
    const texts = [publicOne, `${publicOne}.`, String(whole), `0x${whole.toString(16)}`, octal, `${a}.${b}.${c * 256 + d}`];
    for (const text of texts) t.equal(String(await fetcher.fetch(`https://${text}/`)), publicOne, text);
    t.strictSame(dials(), Array(texts.length).fill(`${publicOne} 443`));
  });
}
