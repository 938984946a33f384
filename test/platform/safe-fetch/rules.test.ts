import t from 'tap';
import { parseImageHosts } from '../../../src/base/settings/image-hosts.js';
import { makeHostRules } from '../../../src/platform/safe-fetch/host-rules.js';
import { normalizeUrl } from '../../../src/platform/safe-fetch/image-url.js';
import { makeFetcher, noResolve, refused, resolveTo, watchDials } from './fetch-helper.js';

/** Whether the rules admit a URL. */
function admits(hosts: string, url: string): boolean {
  try {
    makeHostRules(parseImageHosts(hosts)).admit(normalizeUrl(url));
    return true;
  } catch {
    return false;
  }
}

t.test('public: https on port 443 only, before any look-up', async (t) => {
  const dials = watchDials(t);
  const fetcher = makeFetcher(t, { hosts: 'public', resolve: noResolve });
  for (const url of [
    'http://pictures.test/a.jpg',
    'https://pictures.test:8443/',
    'https://pictures.test:80/',
    'https://pictures.test:0/',
    'https://user:secret@pictures.test/',
    'https://user@pictures.test/',
    'https://:secret@pictures.test/',
    'https://pictures.test:443@127.0.0.1/',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'gopher://pictures.test/',
    'ftp://pictures.test/',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock',
    'blob:https://pictures.test/1',
    'https://',
    'https:///',
    '//pictures.test/a.jpg',
    'pictures.test/a.jpg',
    '',
    'https://[fe80::1%25eth0]/',
    'https://[fe80::1%eth0]/',
    'https://[::1',
    'https://1.2.3.4.5/',
    'https://0x7f.0.0.256/',
    `https://pictures.test/${'a'.repeat(9000)}`,
  ])
    await refused(t, fetcher.fetch(url), 'not-allowed', url.slice(0, 60));
  t.strictSame(dials(), []);
});

t.test('public+http: both schemes on their default ports', async (t) => {
  const dials = watchDials(t);
  const fetcher = makeFetcher(t, { hosts: 'public+http', resolve: resolveTo('10.0.0.8') });
  for (const url of ['http://pictures.test/', 'http://pictures.test:80/', 'https://pictures.test/'])
    t.ok(admits('public+http', url), url);
  for (const url of [
    'http://pictures.test:8080/',
    'http://pictures.test:443/',
    'https://pictures.test:80/',
    'ftp://pictures.test/',
  ])
    t.notOk(admits('public+http', url), url);
  for (const url of ['http://pictures.test/', 'http://127.0.0.1/', 'http://[::1]/', 'http://169.254.169.254/'])
    await refused(t, fetcher.fetch(url), 'not-allowed', url);
  t.strictSame(dials(), []);
});

t.test('public: names of loopback and private hosts are refused by their address', async (t) => {
  for (const [host, address] of [
    ['localhost', '127.0.0.1'],
    ['LOCALHOST.', '127.0.0.1'],
    ['ip6-localhost', '::1'],
    ['metadata.google.internal', '169.254.169.254'],
    ['xn--e1afmkfd.test', '10.0.0.8'],
    ['пример.test', '10.0.0.8'],
  ] as const)
    await refused(
      t,
      makeFetcher(t, { hosts: 'public', resolve: resolveTo(address) }).fetch(`https://${host}/`),
      'not-allowed',
      host,
    );
});

t.test('the resolver is asked for the ASCII name, lower case, without the final dot', async (t) => {
  for (const [host, name] of [
    ['Pictures.TEST.', 'pictures.test'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['ｐｉｃｔｕｒｅｓ.test', 'pictures.test'],
  ] as const) {
    const resolve = resolveTo('10.0.0.1');
    await refused(t, makeFetcher(t, { hosts: 'public', resolve }).fetch(`https://${host}/`), 'not-allowed', host);
    t.strictSame(resolve.asked, [name]);
  }
});

t.test('none: nothing', async (t) => {
  const fetcher = makeFetcher(t, { hosts: 'none', resolve: noResolve });
  await refused(t, fetcher.fetch('https://pictures.test/'), 'not-allowed', 'none');
});

t.test('a list admits exactly what it names', async (t) => {
  const hosts =
    ' pictures.test , cdn.test:8443, *.Store.test, http://plain.test, http://plain.test:8080,Bücher.test, 10.0.0.9, [::1]:9000';
  for (const url of [
    'https://pictures.test/',
    'https://PICTURES.test./x?y=z#w',
    'https://pictures.test:443/',
    'https://cdn.test:8443/',
    'https://a.store.test/',
    'https://a.b.store.test/',
    'http://plain.test/',
    'http://plain.test:80/',
    'http://plain.test:8080/',
    'https://xn--bcher-kva.test/',
    'https://10.0.0.9/',
    'https://0x0a000009/',
    'https://[0:0:0:0:0:0:0:1]:9000/',
  ])
    t.ok(admits(hosts, url), `${url} is listed`);
  for (const url of [
    'http://pictures.test/',
    'https://pictures.test:8443/',
    'https://cdn.test/',
    'https://store.test/',
    'https://evilstore.test/',
    'https://a.store.test:8443/',
    'https://a.store.test.evil.test/',
    'https://plain.test/',
    'http://plain.test:81/',
    'http://a.store.test/',
    'https://sub.pictures.test/',
    'https://user:pass@pictures.test/',
    'https://10.0.0.8/',
    'https://[::1]/',
    'https://127.0.0.1/',
  ])
    t.notOk(admits(hosts, url), `${url} is not listed`);
});

t.test('a list that cannot be read is refused as a whole', async (t) => {
  for (const hosts of [
    '',
    ',',
    'a.test,',
    'public,a.test',
    'none,a.test',
    '*',
    '*.',
    'a.*.test',
    'a.test/path',
    'a.test?x',
    'user@a.test',
    'ftp://a.test',
    'a.test:99999',
    'a b.test',
    '10.0.0.0/8',
    '*.10.0.0.1',
    'https://',
    '::1',
  ])
    t.throws(
      () => makeHostRules(parseImageHosts(hosts)),
      { name: 'SettingError', message: /is not one of host/ },
      JSON.stringify(hosts),
    );
});

t.test('listed hosts may be private, but never link-local, metadata or multicast', async (t) => {
  const dials = watchDials(t);
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '224.0.0.1', '0.0.0.0', '::ffff:127.0.0.1', 'fe80::1%lo']) {
    const fetcher = makeFetcher(t, { hosts: '*.house.test', resolve: resolveTo('127.0.0.1', address) });
    await refused(t, fetcher.fetch('https://a.house.test/'), 'not-allowed', address);
  }
  await refused(
    t,
    makeFetcher(t, { hosts: 'http://169.254.169.254' }).fetch('http://169.254.169.254/'),
    'not-allowed',
    'named itself',
  );
  t.strictSame(dials(), []);
});

t.test('messages carry no path, query, credentials or address', async (t) => {
  const secret = 's3cr3t';
  const public4 = makeFetcher(t, { hosts: 'public', resolve: resolveTo('10.20.30.40') });
  const listed = makeFetcher(t, { hosts: 'http://127.0.0.1:9, http://a.test:9', resolve: resolveTo('127.0.0.2') });
  const messages = [
    await refused(t, public4.fetch(`https://u:${secret}@a.test/${secret}?k=${secret}`), 'not-allowed', 'credentials'),
    await refused(t, public4.fetch(`https://a.test/${secret}?k=${secret}`), 'not-allowed', 'private'),
    await refused(t, public4.fetch(`http://a.test/${secret}?k=${secret}`), 'not-allowed', 'plain'),
    await refused(t, public4.fetch(`https://a.test:99999/${secret}`), 'not-allowed', 'unreadable'),
    await refused(t, listed.fetch(`http://a.test:9/${secret}?k=${secret}`), 'unreachable', 'no server listens'),
  ];
  for (const message of messages) t.notMatch(message, /s3cr3t|10\.20|127\.0/);
});
