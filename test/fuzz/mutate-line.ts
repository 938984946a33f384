import type { Random } from '../random.js';
import type { Draft } from './draft.js';
import { oddNames, oddTexts } from './odd-values.js';

/** A change of a request. */
export type Mutation = (draft: Draft, random: Random) => void;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK', 'QUERY', 'SEARCH'];
const tails = [
  '/',
  '//',
  '/x',
  '/%00',
  '/%ff',
  '/%zz',
  '%',
  '.json',
  ';a=b',
  '/..',
  '/.',
  '%2F',
  '/%2e%2e/',
  `/${'s'.repeat(300)}`,
];
const starts = [
  '/api',
  '/api/v1',
  '/api/v3',
  '/v1',
  '/triface/v1',
  '/realms/triface',
  '/face-liveness-sdk',
  '/health',
  '/x',
  '/',
  '//',
];

/** Changes of the method and the path. */
export const lineMutations: readonly Mutation[] = [
  (draft, random) => {
    draft.method = random.pick(methods);
  },
  (draft, random) => {
    draft.path += random.pick(tails);
  },
  (draft, random) => {
    draft.path = random.pick(starts) + draft.path.slice(draft.path.indexOf('/', 1));
  },
  changeSegment,
  changeSegment,
  (draft, random) => {
    draft.path = random.pick([draft.path.toUpperCase(), draft.path.replaceAll('/', '//'), draft.path.replace('/v', '/%76')]);
  },
  (draft, random) => {
    const parts = draft.path.split('/');
    parts.splice(random.whole(1, parts.length - 1), 1);
    draft.path = parts.join('/') || '/';
  },
];

/** Another text, mostly in the place of an id. */
function changeSegment(draft: Draft, random: Random): void {
  const parts = draft.path.split('/');
  const templates = draft.operation.path.split('/');
  const ids = templates.flatMap((template, i) => (template.startsWith('{') && i < parts.length ? [i] : []));
  const at = ids.length > 0 && random.next() < 0.8 ? random.pick(ids) : random.whole(1, parts.length - 1);
  parts[at] = encodeURIComponent(random.pick(oddTexts));
  draft.path = parts.join('/');
}

/** Changes of the query. */
export const queryMutations: readonly Mutation[] = [
  (draft, random) => {
    draft.query.push([encodeURIComponent(random.pick(oddNames)), encodeURIComponent(random.pick(oddTexts))]);
  },
  (draft, random) => {
    const names = draft.operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name as string);
    if (names.length === 0) return;
    const name = random.pick(names);
    if (random.next() < 0.5) draft.query = draft.query.filter(([other]) => other !== name);
    draft.query.push([name, encodeURIComponent(random.pick(oddTexts))]);
  },
  (draft, random) => {
    draft.query.push(['a', random.pick(['%FF', '%C3%28', '%zz', '%', '%ED%A0%80', '%00', '+', 'a=b=c', '%F0%9F%98%80'])]);
  },
  (draft, random) => {
    draft.query.push(...Array.from({ length: random.pick([2, 50, 1100]) }, (): [string, string] => ['a', '1']));
  },
  (draft, random) => {
    draft.query.push(['long', 'x'.repeat(random.whole(100, 9000))]);
  },
];
