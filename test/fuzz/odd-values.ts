/** Texts that programs mistake for something else. As they are written into forms, JSON and, escaped, into URLs. */
export const oddTexts: readonly string[] = [
  ...['', ' ', '0', '-1', '1e3', '1.5', '00', '٣', 'NaN', 'Infinity', '9'.repeat(20), '9'.repeat(400), '2147483648', '0x10'],
  ...['null', 'undefined', 'true', 'TRUE', 'False', '[]', '{}', '[object Object]', '__proto__', 'constructor', 'toString'],
  ...[
    "'",
    '"',
    "' or 1=1 --",
    '%',
    '%%',
    '\\',
    '..',
    '../../x',
    '/',
    '//',
    '?',
    '#',
    ';',
    '&',
    '=',
    '<script>',
    '{{7*7}}',
    '$(id)',
  ],
  ...[
    '\0',
    '\u0001',
    '\r\n',
    '\t',
    '\u00a0',
    '\u200b',
    '\u202e',
    '\ufeff',
    '\ufffd',
    'é',
    'e\u0301',
    'ß',
    'İ',
    '漢字',
    '😀',
    '👩‍👩‍👧',
  ],
  ...['a'.repeat(64), 'a'.repeat(65), 'a'.repeat(257), 'a'.repeat(5000), '😀'.repeat(300), 'a,b', 'id,desc', 'desc'],
  ...['2026-13-45', '2026-02-30T25:00:00Z', '2026-01-01', '0000-00-00', '+999999-01-01T00:00:00Z'],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'file:///etc/hosts',
    'http://127.0.0.1:1/x.jpg',
    'http://[::1]/',
    'data:image/png;base64,',
  ],
];

/** Values of JSON in places where others are expected. */
export const oddValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], [null], { a: 1 }, ['a', 'b'], [1, 2, 3]],
  ...[{ length: 1 }, { toString: 'x' }, JSON.parse('{"__proto__":{"a":1}}'), { constructor: { prototype: {} } }, { $ne: null }],
];

/** Names that objects have already, and others that fields do not have. */
export const oddNames: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    '_charset_',
    'a.b',
    'a[]',
    'a[b]',
    '0',
    'é',
  ],
  ...['x'.repeat(300), 'image', 'file', 'selfie', 'username', 'citizen_id', 'id', 'detail', 'error', 'valid'],
];

/** Values of Content-Type. */
export const oddTypes: readonly string[] = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=latin1',
    'application/json; charset=x-none',
  ],
  ...['application/json;charset="utf-16"', 'APPLICATION/JSON', 'application/vnd.a+json', 'application/problem+json', 'text/json'],
  ...['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-16', 'multipart/form-data'],
  ...['multipart/form-data; boundary=', 'multipart/form-data; boundary=x', `multipart/form-data; boundary=${'b'.repeat(200)}`],
  ...['multipart/mixed; boundary=fuzz-boundary-0123456789', 'Multipart/Form-Data; Boundary="fuzz-boundary-0123456789"'],
  ...[
    'text/plain',
    'text/xml',
    'image/jpeg',
    'application/octet-stream',
    '*/*',
    'json',
    ';',
    '/',
    'a/b/c',
    'application/json, text/plain',
  ],
];

/** Headers that a client may send with any request. */
export const oddHeaders: readonly (readonly [name: string, value: string])[] = [
  ...['*/*', 'application/json', 'text/html', 'image/webp', 'application/xml;q=0', 'x', ';;', 'a'.repeat(2000)].map(
    (value) => ['accept', value] as const,
  ),
  ...['gzip', 'br', 'identity;q=0', '*;q=0', 'x'].map((value) => ['accept-encoding', value] as const),
  ...['es', 'en-US,en;q=0.5', '*', 'es;q=x', 'q=1', '-'.repeat(500)].map((value) => ['accept-language', value] as const),
  ...['utf-8', 'utf-7', '*'].map((value) => ['accept-charset', value] as const),
  ...['bytes=0-0', 'bytes=5-1', 'bytes=-1', 'lines=1', 'bytes=0-999999999999'].map((value) => ['range', value] as const),
  ...['*', '"1"', 'W/"1"', '"', 'x', '"a", "b"'].map((value) => ['if-match', value] as const),
  ...['*', '"1"', 'W/"1"'].map((value) => ['if-none-match', value] as const),
  ['if-modified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ...['https', 'ftp', 'http,https', ''].map((value) => ['x-forwarded-proto', value] as const),
  ...['evil.example', 'a b', '[::1', ':', 'x'.repeat(300), 'a.example, b.example'].map(
    (value) => ['x-forwarded-host', value] as const,
  ),
  ...['unknown', '_hidden', '1.2.3.4:5', '[2001:db8::1]:80', '999.1.1.1', ',,,', '"1.2.3.4"'].map(
    (value) => ['x-forwarded-for', value] as const,
  ),
  ...['for=1.2.3.4;proto=https', 'x'].map((value) => ['forwarded', value] as const),
  ...['evil.example', 'a b', '[::1]:80', '[::1', ':80', '-', 'a'.repeat(300), 'x.example:99999', 'é', 'user@host'].map(
    (value) => ['host', value] as const,
  ),
  ...['null', 'https://evil.example', 'x', 'file://'].map((value) => ['origin', value] as const),
  ...['POST', 'x', 'DELETE'].map((value) => ['access-control-request-method', value] as const),
  ...['a=b', '_session=x; _session.sig=y', '=', ';;;', 'x'.repeat(4000)].map((value) => ['cookie', value] as const),
  ...['gzip', 'deflate', 'x'].map((value) => ['content-encoding', value] as const),
  ...['base64', '8bit'].map((value) => ['content-transfer-encoding', value] as const),
  ...['DELETE', 'PUT', 'x'].map((value) => ['x-http-method-override', value] as const),
  ...['h2c', 'websocket'].map((value) => ['upgrade', value] as const),
  ...['cross-site', 'same-origin', 'x'].map((value) => ['sec-fetch-site', value] as const),
  ['expect', '100-continue'],
  ['te', 'trailers'],
  ['dpop', 'x.y.z'],
  ['x-request-id', '<script>'],
  ['via', '1.1 proxy'],
  ['prefer', 'return=minimal'],
];
