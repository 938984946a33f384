import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import { judgeAddress } from '../../../src/platform/safe-fetch/address-reach.js';
import { makeFetcher, noResolve, resolveTo, watchDials } from './fetch-helper.js';

const publicOnes = [
  '8.8.8.8',
  '1.1.1.1',
  '93.184.215.14',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '11.0.0.0',
];
const public6 = [
  '2606:4700:4700::1111',
  '2001:4860:4860::8888',
  '2a00:1450:4001:81b::200e',
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
];

/** From the IANA special-purpose registries; written out here so that the test does not depend on the library's own table. */
const blocked4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '168.63.129.16/32',
];
const blocked6 = [
  '::/128',
  '::1/128',
  '::/96', // IPv4-compatible
  '::ffff:0:0/96', // IPv4-mapped
  '::ffff:0:0:0/96', // IPv4-translated
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001::/32', // Teredo
  '2001:2::/48',
  '2001:10::/28',
  '2001:20::/28',
  '2001:db8::/32',
  '2002::/16', // 6to4
  '2620:4f:8000::/48',
  '3fff::/20',
  '4000::/3',
  '5f00::/16',
  'fc00::/7',
  'fd00:ec2::254/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** Any address of a CIDR, as bytes. */
function inside(cidr: string): fc.Arbitrary<number[]> {
  const [network, prefix] = ipaddr.parseCIDR(cidr);
  const bytes = network.toByteArray();
  return fc.uint8Array({ minLength: bytes.length, maxLength: bytes.length }).map((noise) =>
    bytes.map((byte, index) => {
      const kept = Math.min(8, Math.max(0, prefix - index * 8));
      return byte | ((noise[index] as number) & (0xff >> kept));
    }),
  );
}

const any4 = fc.oneof(...blocked4.map(inside));
const any6 = fc.oneof(...blocked6.map(inside));

/** Every way a URL can spell IPv4: each part decimal, octal or hex, the last parts joined, a final dot, other digits. */
function spellings4([a, b, c, d]: number[]): fc.Arbitrary<string> {
  const joined = [
    [a, b, c, d],
    [a, b, c! * 256 + d!],
    [a, b! * 65536 + c! * 256 + d!],
    [a! * 16777216 + b! * 65536 + c! * 256 + d!],
  ] as number[][];
  const base = fc.constantFrom(
    (n: number) => String(n),
    (n: number) => `0${n.toString(8)}`,
    (n: number) => `000${n.toString(8)}`,
    (n: number) => `0x${n.toString(16)}`,
    (n: number) => `0X${n.toString(16).toUpperCase()}`,
    (n: number) => `0x000${n.toString(16)}`,
  );
  const decorate = fc.constantFrom(
    (host: string) => host,
    (host: string) => `${host}.`,
    (host: string) => [...host].map((ch) => `%${ch.charCodeAt(0).toString(16)}`).join(''),
    (host: string) => host.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    (host: string) => host.replace(/\./g, '。'),
  );
  return fc
    .tuple(fc.constantFrom(...joined), fc.array(base, { minLength: 4, maxLength: 4 }), decorate)
    .map(([parts, bases, dress]) => dress(parts.map((part, index) => bases[index]!(part)).join('.')));
}

function spellings6(bytes: number[]): fc.Arbitrary<string> {
  const address = new ipaddr.IPv6(bytes);
  const dotted = `${address.toNormalizedString().split(':').slice(0, 6).join(':')}:${bytes.slice(12).join('.')}`;
  const fixed = address.parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
  return fc.constantFrom(address.toRFC5952String(), address.toNormalizedString(), fixed, fixed.toUpperCase(), dotted);
}

t.test('ordinary public addresses pass', async (t) => {
  for (const address of [...publicOnes, ...public6]) t.equal(judgeAddress(address), 'public', address);
});

t.test('private addresses are distinguished from those that are never allowed', async (t) => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.1.1',
    '172.31.255.255',
    '100.64.0.1',
    '::1',
    'fd12::1',
    '64:ff9b::10.0.0.1',
  ])
    t.equal(judgeAddress(address), 'private', address);
  const never = [
    '169.254.169.254',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fd00:42::42',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
  ];
  const carriers = ['::ffff:8.8.8.8', '::ffff:127.0.0.1', '::127.0.0.1', '::8.8.8.8', '2002:7f00:1::', '64:ff9b:1::8.8.8.8'];
  const other = ['0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1', 'fe80::1', '64:ff9b::169.254.169.254'];
  const zoned = ['fe80::1%eth0', '::1%lo', '2606:4700:4700::1111%1'];
  const malformed = [
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    ' 8.8.8.8',
    '8.8.8.8/32',
    '[::1]',
    '8.8.8.8.',
  ];
  for (const address of [...never, ...carriers, ...other, ...zoned, ...malformed])
    t.equal(judgeAddress(address), 'never', address);
});

t.test('property: no address of a blocked range passes as public', async () => {
  fc.assert(
    fc.property(any4, (bytes) => judgeAddress(bytes.join('.')) !== 'public'),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(any6.chain(spellings6), (text) => judgeAddress(text) !== 'public'),
    { numRuns: 3000 },
  );
});

t.test('property: NAT64 is judged by the address inside', async () => {
  fc.assert(
    fc.property(any4, (bytes) => judgeAddress(`64:ff9b::${bytes.join('.')}`) === judgeAddress(bytes.join('.'))),
    { numRuns: 1000 },
  );
});

t.test('property: no blocked address in any notation is fetched or dialled in public mode', async (t) => {
  const dials = watchDials(t);
  const fetcher = makeFetcher(t, { hosts: 'public', resolve: noResolve });
  const hosts = fc.oneof(
    any4.chain(spellings4),
    any6.chain(spellings6).map((text) => `[${text}]`),
    any4.map((bytes) => `[64:ff9b::${bytes.join('.')}]`),
    any4.map((bytes) => `[::ffff:${bytes.join('.')}]`),
  );
  await fc.assert(
    fc.asyncProperty(hosts, async (host) => {
      const code = await fetcher.fetch(`https://${host}/face.jpg`).then(
        () => 'fetched',
        (error) => error.code,
      );
      return code === 'not-allowed';
    }),
    { numRuns: 2000 },
  );
  t.strictSame(dials(), [], 'nothing was dialled');
});

t.test('property: one blocked address spoils an answer of public ones', async (t) => {
  const dials = watchDials(t);
  const good = fc.array(fc.constantFrom(...publicOnes, ...public6), { maxLength: 4 });
  const bad = fc.oneof(
    any4.map((bytes) => bytes.join('.')),
    any6.chain(spellings6),
  );
  await fc.assert(
    fc.asyncProperty(good, bad, fc.nat(4), async (addresses, one, place) => {
      const answer = addresses.toSpliced(place, 0, one);
      const fetcher = makeFetcher(t, { hosts: 'public', resolve: resolveTo(...answer) });
      const code = await fetcher.fetch('https://pictures.test/').catch((error) => error.code);
      return code === 'not-allowed';
    }),
    { numRuns: 500 },
  );
  t.strictSame(dials(), [], 'nothing was dialled');
});
