import { gzipSync } from 'node:zlib';
import type { Random } from '../random.js';
import { type Body, contentTypes, type Draft, encodeBody, setHeader } from './draft.js';
import type { Mutation } from './mutate-line.js';
import { oddNames, oddTexts, oddTypes, oddValues } from './odd-values.js';

/** Replaces the body by bytes, and keeps its content type. */
function setBytes(draft: Draft, bytes: Buffer): void {
  const { kind } = draft.body;
  if (kind !== 'none' && kind !== 'bytes' && !draft.headers.some(([name]) => name === 'content-type'))
    setHeader(draft, 'content-type', contentTypes[kind]);
  draft.body = { kind: 'bytes', bytes };
}

const wholeBodies: readonly (() => Buffer)[] = [
  ...[
    '',
    ' ',
    '{}',
    '[]',
    'null',
    '1',
    '"a"',
    '{',
    '{"a":',
    '[[',
    'undefined',
    '{"a":1}{"b":2}',
    '{"a":1,"a":2}',
    '\ufeff{}',
  ].map((text) => () => Buffer.from(text)),
  () => Buffer.from('['.repeat(20_000)),
  () => Buffer.from(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
  () => Buffer.from('{"__proto__":{"x":1}}'),
  () => Buffer.from('{"constructor":{"prototype":{}}}'),
  () => Buffer.from('{"a":"\\ud800"}'),
  () => Buffer.from('{"faceImageBase":1e999,"username":12345678901234567890}'),
  () => Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  () => Buffer.from('a=%FF&b=%&c'),
  () => Buffer.from('&&&==='),
  () => Buffer.from('a'.repeat(100_000)),
  () => Buffer.from(`{"username":"${'a'.repeat(100_000)}"}`),
  () => gzipSync('{"a":1}'),
  () => Buffer.from('--fuzz-boundary-0123456789--\r\n'),
  () => Buffer.from('--fuzz-boundary-0123456789\r\n\r\nx\r\n--fuzz-boundary-0123456789--'),
];

/** Changes of bodies of any kind: bytes, lengths and types. */
export const bodyMutations: readonly Mutation[] = [
  (draft, random) => setBytes(draft, random.pick(wholeBodies)()),
  (draft, random) => {
    setBytes(draft, random.pick(wholeBodies)());
    setHeader(draft, 'content-type', random.pick(oddTypes));
  },
  (draft, random) => setHeader(draft, 'content-type', random.pick(oddTypes)),
  (draft, random) => {
    const bytes = encodeBody(draft.body);
    setBytes(draft, bytes.subarray(0, random.whole(0, bytes.length)));
  },
  (draft, random) => {
    // Not within large pictures: each broken one would have to be decoded.
    const bytes = Buffer.from(encodeBody(draft.body));
    const reach = Math.min(bytes.length, 400) - 1;
    for (let i = random.whole(1, 4); i > 0 && reach > 0; i--) bytes[random.whole(0, reach)] = random.whole(0, 255);
    setBytes(draft, bytes);
  },
  (draft) => {
    draft.length = 'chunked';
  },
  (draft, random) => {
    const size = encodeBody(draft.body).length;
    draft.length = random.pick(['none', 0, Math.max(0, size - 1), size + 10, 99_999_999] as const);
  },
  (draft) => {
    draft.body = { kind: 'none' };
  },
  // Rare, as these are large: more than any route takes.
  (draft, random) => {
    if (random.next() < 0.1) setBytes(draft, Buffer.alloc(3_500_000, 'a'));
  },
  changeKind,
];

/** The same fields as a body of another kind. */
function changeKind(draft: Draft, random: Random): void {
  const fields = fieldsOf(draft.body);
  const bodies: readonly Body[] = [
    { kind: 'json', value: Object.fromEntries(fields) },
    { kind: 'urlencoded', fields },
    { kind: 'multipart', parts: fields.map(([name, value]) => ({ name, content: Buffer.from(value) })) },
  ];
  draft.body = random.pick(bodies);
}

function fieldsOf(body: Body): [string, string][] {
  if (body.kind === 'urlencoded') return body.fields;
  if (body.kind === 'multipart')
    return body.parts.map(({ name, content }) => [name ?? '', content.subarray(0, 500).toString('latin1')]);
  if (body.kind !== 'json' || typeof body.value !== 'object' || body.value === null) return [];
  return Object.entries(body.value).map(([name, value]) => [
    name,
    (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500),
  ]);
}

/** Changes of the fields of a body, by its kind. */
export function mutateFields(draft: Draft, random: Random): void {
  const { body } = draft;
  if (body.kind === 'json') body.value = mutateJson(body.value, random);
  else if (body.kind === 'urlencoded') body.fields = mutateList(body.fields, random, (field) => changeField(field, random));
  else if (body.kind === 'multipart') body.parts = mutateList(body.parts, random, (part) => changePart(part, random));
}

/** Removes, repeats, reorders or changes an entry. */
function mutateList<Entry>(entries: readonly Entry[], random: Random, change: (entry: Entry) => Entry): Entry[] {
  if (entries.length === 0) return [];
  const at = random.whole(0, entries.length - 1);
  const entry = entries[at]!;
  const kind = random.whole(0, 9);
  if (kind === 0) return entries.toSpliced(at, 1);
  if (kind === 1) return [...entries, entry];
  if (kind === 2) return entries.toReversed();
  if (kind === 3) return Array.from({ length: random.pick([20, 300]) }, () => change(entries.at(-1)!));
  return entries.toSpliced(at, 1, change(entry));
}

const changeField = ([name, value]: [string, string], random: Random): [string, string] =>
  random.next() < 0.3 ? [random.pick(oddNames), value] : [name, random.pick(oddTexts)];

const partTypes = ['text/plain', 'text/plain; charset=utf-16', 'text/plain; charset=x', 'application/json', 'image/png', 'a', ''];
const partLines = [
  'X: y',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
  'broken line',
  ': x',
];

function changePart(part: FormPartOf, random: Random): FormPartOf {
  const changes: readonly (() => Partial<FormPartOf>)[] = [
    () => ({ name: random.pick(oddNames) }),
    () => ({ name: undefined }),
    () => ({ name: 'n'.repeat(random.pick([100, 1000, 20_000])) }),
    () => ({ filename: random.pick(['', 'a.jpg', '../../x', 'é.png', 'a"b', 'x'.repeat(3000)]) }),
    () => ({ filename: undefined }),
    () => ({ type: random.pick(partTypes) }),
    () => ({ lines: [random.pick(partLines)] }),
    () => ({ content: Buffer.from(random.pick(oddTexts)) }),
    () => ({ content: Buffer.from(random.pick(oddTexts)) }),
    () => ({ content: Buffer.from([0xff, 0xfe, 0x80]), filename: undefined }),
    () => ({ content: Buffer.alloc(random.pick([1, 70_000, 700_000]), 'x') }),
  ];
  return { ...part, ...random.pick(changes)() };
}
type FormPartOf = Extract<Body, { kind: 'multipart' }>['parts'][number];

function mutateJson(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.next() < 0.05) return random.pick(oddValues);
  const entries = Object.entries(value);
  const changed = mutateList(entries, random, ([name, member]): [string, unknown] =>
    random.next() < 0.2
      ? [random.pick(oddNames), member]
      : [name, random.next() < 0.5 ? random.pick(oddValues) : random.pick(oddTexts)],
  );
  return Object.fromEntries(changed);
}
