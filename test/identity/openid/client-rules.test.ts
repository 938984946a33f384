import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'tap';
import { type ClientSettings, checkClientId, checkSettings } from '../../../src/identity/openid/client-rules.js';
import { checkSecret } from '../../../src/identity/openid/client-secrets.js';

const check = (settings: Partial<ClientSettings>) =>
  checkSettings({
    ...{ isConfidential: false, grants: ['authorization_code'], redirectUris: [], redirectUriPrefixes: [] },
    ...{ requiresPkce: settings.isConfidential !== true, webOrigins: [] },
    ...settings,
  });

test('redirect URIs: claimed https, loopback, and apps’ own schemes, also together', (t) => {
  const all = [
    'https://app.example/cb?x=1',
    'https://app.example',
    'http://127.0.0.1/cb',
    'http://localhost:3000/',
    'http://[::1]/cb',
    'com.example.app:/callback',
    'com.example.app://callback',
    'com.example.app:/oauth2redirect/example-provider?a=b',
    'com.googleusercontent.apps.123-abc:/oauth2redirect',
  ];
  t.same(check({ redirectUris: all }), all);
  t.same(check({ redirectUris: ['https://localhost:3000/cb'] }), ['https://localhost:3000/cb']);
  for (const uri of all) t.same(check({ redirectUris: [uri] }), [uri]);
  for (const [uri, why] of [
    ['https://portal.example/*', /--redirect-uri-prefix/],
    ['https://*.example/', /--redirect-uri-prefix/],
    ['*', /--redirect-uri-prefix/],
    ['http://app.example/', /https:\/\//],
    ['http://127.0.0.1.evil.example/', /https:\/\//],
    ['http://192.168.0.4:3000/', /https:\/\//],
    ['https://app.example/#here', /fragment/],
    ['https://app.example/#', /fragment/],
    ['https://user@app.example/', /credentials/],
    ['https://@app.example/', /credentials/],
    ['https://app.example/a b', /spaces/],
    ['https://app.example\\cb', /backslashes/],
    ['https://ñ.example/', /ASCII/],
    ['/callback', /absolute/],
    ['', /absolute/],
    ['javascript:alert(1)', /scheme javascript/],
    ['data:text/html,x', /scheme data/],
    ['file:///tmp/x', /scheme file/],
    ['blob:https://app.example/x', /scheme blob/],
    ['vbscript:x', /scheme vbscript/],
    ['about:blank', /scheme about/],
    ['intent://x/', /scheme intent/],
    ['myapp://callback', /contains a dot/],
    ['com.example.app:callback', /slash must follow/],
    ['ftp://app.example/', /scheme ftp/],
    ['ws://app.example/', /scheme ws/],
    ['mailto:a.b@c.example', /not a valid|scheme/],
  ] as const)
    t.throws(() => check({ redirectUris: [uri] }), { name: 'ClientError', message: why }, uri);
  t.throws(() => check({ isConfidential: true, redirectUris: ['com.example.app:/cb'] }), { message: /public client/ });
  t.throws(() => check({ redirectUris: ['com.example.app:/cb', 'https://127.0.0.1/'] }), { message: /two clients/ });
  t.end();
});

test('prefixes end at a segment, and are written as browsers write them', (t) => {
  t.same(
    check({ redirectUris: ['https://a.example/cb'], redirectUriPrefixes: ['https://a.example/', 'http://localhost:3000/app/'] }),
    ['https://a.example/cb', 'https://a.example/*', 'http://localhost:3000/app/*'],
  );
  for (const [prefix, why] of [
    ['https://a.example', /end in \//],
    ['https://a.example/app', /end in \//],
    ['https://a.example/*', /without \*/],
    ['https://*.example/', /without \*/],
    ['https://a.example/?x=/', /query/],
    ['https://a.example/#/', /fragment/],
    ['https://@a.example/', /credentials/],
    ['https://A.example/', /write it as browsers do: https:\/\/a\.example\//],
    ['https://a.example:443/', /write it as browsers do/],
    ['https:///a.example/', /write it as browsers do/],
    ['https://a.example/b/../', /write it as browsers do/],
    ['https://a.example/b/%2e%2e/', /write it as browsers do/],
    ['https://a.example//', /empty segments/],
    ['https://a.example/%2f/', /encoded/],
    ['https://a.example/..;/', /encoded|empty/],
    ['http://a.example/', /https:\/\//],
    ['com.example.app:/', /https:\/\//],
  ] as const)
    t.throws(() => check({ redirectUriPrefixes: [prefix] }), { name: 'ClientError', message: why }, prefix);
  t.end();
});

test('web origins, PKCE and names', (t) => {
  const redirectUris = ['https://a.example/cb'];
  check({ redirectUris, webOrigins: ['https://portal.example', 'http://localhost:3000', 'http://intranet'] });
  for (const [origin, why] of [
    ['*', /every website/],
    ['https://*.example', /scheme, host and port/],
    ['https://portal.example/', /only: https:\/\/portal\.example$/],
    ['https://portal.example:443', /only: https:\/\/portal\.example$/],
    ['https://Portal.example', /only/],
    ['portal.example', /http:\/\/ or https:\/\//],
    ['null', /http:\/\/ or https:\/\//],
    ['com.example.app:/', /http:\/\/ or https:\/\//],
  ] as const)
    t.throws(() => check({ redirectUris, webOrigins: [origin] }), { name: 'ClientError', message: why }, origin);
  t.throws(() => check({ redirectUris, requiresPkce: false }), { message: /confidential clients only/ });
  check({ redirectUris, isConfidential: true, requiresPkce: false });
  for (const id of ['a', 'urn:example:app', 'https://app.example/saml', 'my+app@x', 'a%41', '{x}', 'x'.repeat(255)])
    checkClientId(id);
  for (const id of ['', 'a b', 'a"b', "a'b", 'a`b', 'a\\b', 'é', 'a\n', 'x'.repeat(256)])
    t.throws(() => checkClientId(id), { name: 'ClientError' }, JSON.stringify(id));
  t.end();
});

test('secrets: those that Keycloak generates are accepted, guessable ones are not, and no message repeats one', (t) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  for (let i = 0; i < 2000; i++) {
    checkSecret(randomUUID());
    checkSecret(Array.from(randomBytes(32), (byte) => alphabet[byte % 62]).join(''));
    checkSecret(randomBytes(15).toString('base64url'));
  }
  checkSecret('p%ss+w/rd:with=all&signs? 7Kq');
  for (const [secret, why] of [
    ['', /0 characters/],
    ['short-secret', /12 characters/],
    ['x'.repeat(256), /256 characters/],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', /can be guessed/],
    ['changemechangemechangeme', /can be guessed/],
    ['mY-sEcreT.7:mY-sEcreT.7:mY', /can be guessed/],
    ['abcdefghijklmnopqrstuvwxyz', /can be guessed/],
    ['98765432109876543210abc', /can be guessed/],
    ['contraseña-de-una-aplicación', /ASCII/],
    ['two lines\nof a secret 7Kq', /single line/],
    [' 7Kq9ZpW3xLmN5vBtY8rD', /spaces at its ends/],
  ] as const) {
    t.throws(() => checkSecret(secret), { name: 'ClientError', message: why }, why.source);
    try {
      checkSecret(secret);
    } catch (error) {
      if (secret !== '') t.notOk((error as Error).message.includes(secret), 'the message lacks it');
    }
  }
  t.end();
});
