import fc from 'fast-check';
import { test } from 'tap';
import { isRegistered } from '../../../src/identity/openid/redirect-uris.js';
import { repetitions } from '../../repetitions.js';

const registered = [
  'https://portal.example/app/*',
  'https://exact.example/cb',
  'http://127.0.0.1/callback',
  'http://localhost/*',
];

test('what a prefix allows: pages below it, with any query', (t) => {
  for (const uri of [
    'https://portal.example/app/',
    'https://portal.example/app/contracts/17?tab=2',
    'https://portal.example/app/contracts/17/?next=/other&at=a@b:c',
    'https://portal.example/app/?q=..%2f..&r=%2e%2e',
    'https://portal.example/app/100%25/r%C3%A9sum%C3%A9.pdf;v=1',
    'https://portal.example/app/.well-known/...',
    'https://exact.example/cb',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:65535/callback',
    'http://localhost:3000',
    'http://localhost:3000/',
    'http://localhost/any/page?x=1',
  ])
    t.ok(isRegistered(registered, uri), uri);
  t.ok(isRegistered(['https://portal.example/*'], 'https://portal.example'), 'location.origin, which browsers complete');
  t.ok(isRegistered(['https://xn--bcher-kva.example/*'], 'https://xn--bcher-kva.example/a'));
  t.ok(isRegistered(['https://portal.example:8443/*'], 'https://portal.example:8443/a'));
  t.ok(isRegistered(['com.example.app:/callback'], 'com.example.app:/callback'));
  t.end();
});

/** Addresses that look as if they were below a registered one, and why they are not. */
const tricks: readonly (readonly [string, string])[] = [
  ['https://portal.example/app', 'the folder itself is another address'],
  ['https://portal.example/application/', 'a prefix ends at a slash'],
  ['https://portal.example/', 'above the prefix'],
  ['https://portal.example', 'above the prefix'],
  ['https://portal.example/APP/', 'paths are case-sensitive'],
  ['http://portal.example/app/', 'another scheme'],
  ['https://portal.example:444/app/', 'another port'],
  ['https://portal.example:443/app/', 'browsers leave the default port out'],
  ['https://portal.example:/app/', 'an empty port'],
  ['https://PORTAL.example/app/', 'browsers write hosts in lower case'],
  ['HTTPS://portal.example/app/', 'browsers write schemes in lower case'],
  ['https://portal.example./app/', 'another host: absolute name'],
  ['https://portal.example.evil.example/app/', 'another host'],
  ['https://evil.example/https://portal.example/app/', 'another host'],
  ['https://evil.example?https://portal.example/app/', 'another host'],
  ['https://evil.example#https://portal.example/app/', 'another host'],
  ['https://evilportal.example/app/', 'another host'],
  ['https://sub.portal.example/app/', 'another host: a subdomain'],
  ['https://portal.example@evil.example/app/', 'credentials that look like the host'],
  ['https://portal.example:443@evil.example/app/', 'credentials that look like host and port'],
  ['https://user:password@portal.example/app/', 'credentials'],
  ['https://@portal.example/app/', 'empty credentials'],
  ['https://evil.example\\@portal.example/app/', 'a backslash: browsers end the host there'],
  ['https://portal.example\\.evil.example/app/', 'a backslash'],
  ['https:\\\\portal.example\\app\\', 'backslashes for slashes'],
  ['https:/portal.example/app/', 'one slash'],
  ['https:///portal.example/app/', 'three slashes'],
  ['https:portal.example/app/', 'no slash'],
  ['//portal.example/app/', 'no scheme'],
  ['/app/', 'a relative address'],
  ['', 'nothing'],
  ['https://portal.example/app/#', 'an empty fragment'],
  ['https://portal.example/app/#token', 'a fragment'],
  ['https://portal.example/app/../admin', 'dots'],
  ['https://portal.example/app/..', 'dots at the end'],
  ['https://portal.example/app/./x', 'a dot'],
  ['https://portal.example/app/x/../../admin', 'dots further down'],
  ['https://portal.example/app/%2e%2e/admin', 'encoded dots'],
  ['https://portal.example/app/%2E./admin', 'one encoded dot'],
  ['https://portal.example/app/%252e%252e/admin', 'dots, encoded twice'],
  ['https://portal.example/app/%25252e%25252e/admin', 'dots, encoded three times'],
  ['https://portal.example/app/%252525252525252e/admin', 'encoded many times'],
  ['https://portal.example/app/..%2fadmin', 'an encoded slash'],
  ['https://portal.example/app/x%2Fy', 'an encoded slash'],
  ['https://portal.example/app/..%252fadmin', 'a slash, encoded twice'],
  ['https://portal.example/app/..%5cadmin', 'an encoded backslash'],
  ['https://portal.example/app/..\\admin', 'a backslash in the path'],
  ['https://portal.example/app/?x=\\', 'a backslash in the query'],
  ['https://portal.example/app/..;/admin', 'dots before a parameter that some servers cut off'],
  ['https://portal.example/app/..%3bx/admin', 'the same, encoded'],
  ['https://portal.example/app/%c0%ae%c0%ae/admin', 'dots in overlong UTF-8'],
  ['https://portal.example/app/%ff', 'not UTF-8'],
  ['https://portal.example/app/%', 'an unfinished escape'],
  ['https://portal.example/app/%ef%bc%8e%ef%bc%8e/admin', 'full-width dots'],
  ['https://portal.example/app/%ef%bc%8fadmin', 'a full-width slash'],
  ['https://portal.example/app/%e2%80%a4%e2%80%a4/admin', 'one-dot leaders'],
  ['https://portal.example/app//evil.example', 'an empty segment'],
  ['https://portal.example//app/', 'an empty segment before the prefix'],
  ['https://portal.example/app/%00', 'a NUL'],
  ['https://portal.example/app/%0d%0aSet-Cookie:x', 'a line break, encoded'],
  ['https://portal.example/app/%E2%80%AE', 'an invisible character'],
  ['https://portal.example/app/\nx', 'a line break, which browsers drop'],
  ['https://por\ttal.example/app/', 'a tab, which browsers drop'],
  [' https://portal.example/app/', 'a space, which browsers drop'],
  ['https://portal.example/app/ ', 'a space at the end'],
  ['https://portal.example/app/\u0000', 'a NUL'],
  ['https://pоrtal.example/app/', 'a Cyrillic о'],
  ['https://portal。example/app/', 'an ideographic full stop'],
  ['https://ｐortal.example/app/', 'a full-width letter'],
  ['https://portal.example／app/', 'a full-width slash'],
  ['https://portal.example/app/é', 'not in the form that browsers send'],
  ['https://%70ortal.example/app/', 'an encoded host'],
  ['javascript://portal.example/app/%0aalert(1)', 'another scheme'],
  ['data:text/html,https://portal.example/app/', 'another scheme'],
  ['blob:https://portal.example/app/', 'another scheme, whose origin is the same'],
  ['https://exact.example/cb/', 'exact addresses have no pages below'],
  ['https://exact.example/cb?x=1', 'exact addresses have no query of their own'],
  ['https://exact.example/cb#', 'exact addresses have no fragment'],
  ['https://exact.example:444/cb', 'any port is for loopback'],
  ['http://127.0.0.1:0x50/callback', 'not a port'],
  ['http://127.0.0.1:99999/callback', 'not a port'],
  ['http://127.0.0.1:80@evil.example/callback', 'credentials'],
  ['http://127.0.0.1:9/callback/', 'another path'],
  ['http://127.0.0.1:9/callback?x', 'another query'],
  ['http://127.0.0.2/callback', 'another host'],
  ['http://127.1:9/callback', 'another spelling of the host'],
  ['https://127.0.0.1/callback', 'another scheme'],
  ['http://localhost.evil.example/x', 'another host'],
  ['http://localhost:3000@evil.example/', 'credentials'],
  ['http://localhost:3000\\@evil.example/', 'a backslash'],
  ['http://127.0.0.1/any/page', 'the other name of the same machine'],
  ['http://localhost:3000/a/../../b', 'dots'],
];

test('tricks with addresses', (t) => {
  for (const [uri, why] of tricks) t.notOk(isRegistered(registered, uri), `${JSON.stringify(uri)}: ${why}`);
  t.end();
});

test('whatever a prefix accepts leads browsers below it', (t) => {
  const prefixes = [
    'https://portal.example/app/',
    'https://portal.example/',
    'http://localhost/',
    'https://portal.example:8443/a/b/',
  ];
  const pieces = [
    ...[
      'https://',
      'https://u:p@portal.example/app/',
      'http://',
      'portal.example',
      'localhost',
      ':8443',
      ':443',
      ':3000',
      '/app/',
      '/a/b/',
      '/',
      '//',
      '..',
      '.',
      '%2e',
    ],
    ...[
      '%2f',
      '%5c',
      '\\',
      '@',
      '#',
      '?',
      ';',
      ':',
      '\t',
      '\n',
      ' ',
      'x',
      'é',
      '。',
      '／',
      '%00',
      '%25',
      '%252e',
      '&',
      '=',
      '*',
      '%e2%80%ae',
    ],
  ];
  const uris = fc.oneof(
    fc
      .tuple(fc.constantFrom(...prefixes), fc.array(fc.constantFrom(...pieces), { maxLength: 6 }))
      .map(([a, b]) => a + b.join('')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((all) => all.join('')),
    fc.tuple(fc.constantFrom(...prefixes), fc.string({ unit: 'binary', maxLength: 12 })).map((both) => both.join('')),
    fc.webUrl({ withQueryParameters: true }).map((url) => url.replace(/^https?:\/\/[^/]+/, 'https://portal.example')),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...prefixes), uris, (prefix, uri) => {
      if (!isRegistered([`${prefix}*`], uri)) return true;
      accepted++;
      const [ours, theirs] = [new URL(prefix), new URL(uri)];
      const sameOrigin =
        ours.hostname === 'localhost'
          ? theirs.hostname === 'localhost' && theirs.protocol === 'http:'
          : theirs.origin === ours.origin;
      const decoded = theirs.pathname
        .replace(/%25/g, '%')
        .replace(/%2e/gi, '.')
        .replace(/%(2f|5c)/gi, '/');
      const visited = new URL(decoded, theirs.origin);
      return (
        sameOrigin &&
        theirs.username === '' &&
        !theirs.href.includes('#') &&
        theirs.pathname.startsWith(ours.pathname) &&
        visited.pathname.startsWith(ours.pathname)
      );
    }),
    { numRuns: repetitions(20_000, 500_000) },
  );
  t.ok(accepted > 100, `${accepted} were accepted`);
  t.end();
});
