import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fieldError, notFound } from '../errors.js';
import { renderPerson } from '../render-person.js';
import { DetailSchema, type PersonPage, PersonPageSchema, PersonQuerySchema } from '../wire.js';
import { type PersonOptions, personsPath, personsUrl, pictureUrlFor } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

/** Persons per page if the client does not specify a number. */
const defaultSize = 20;
const maxSize = 1000;

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'The registered persons, the newest first',
  security: [{ apptenticate: [] }],
  response: { 200: PersonPageSchema, 404: DetailSchema },
};

/** `GET /api/v3.2/biometrics/recognizer/persons/` */
export function listPersons(app: FastifyInstance, options: PersonOptions): void {
  for (const version of versions) {
    app.get(
      personsPath(version),
      {
        schema: { ...schema, operationId: operationId('listPersons', version) },
        config: { query: PersonQuerySchema },
        onRequest: requireRights(options.tokens, 'persons:read'),
      },
      async (request): Promise<PersonPage> => {
        const url = personsUrl(request, options, version);
        const query = readQuery(request);
        const size = readSize(query.page_size);
        const { companyId } = request.caller!;
        const asked = query.page === 'last' ? 'last' : readPage(query.page);
        const offset = asked === 'last' ? asked : (asked - 1) * size;
        const { count, persons } = await options.persons.list({ companyId, search: query.search ?? '', offset, limit: size });
        const pages = Math.max(1, Math.ceil(count / size));
        const first = asked === 'last' ? pages : asked;
        if (first > pages) throw notFound('Invalid page.');
        return {
          count,
          next: first < pages ? pageUrl(url, query, first + 1) : null,
          previous: first > 1 ? pageUrl(url, query, first - 1) : null,
          results: persons.map((person) => renderPerson(person, pictureUrlFor(request, options, url))),
        };
      },
    );
  }
}

type Query = Readonly<Partial<Record<'page' | 'page_size' | 'search', string>>>;

/** If a parameter is sent twice, the last value counts, as in Django. */
function readQuery(request: FastifyRequest): Query {
  const sent = request.query as Record<string, string | string[]>;
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]));
}

function readPage(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw notFound('Invalid page.');
  return Number(text);
}

function readSize(text: string | undefined): number {
  if (text === undefined || text === '') return defaultSize;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw fieldError('page_size', 'A valid integer is required.');
  return Math.min(Number(text), maxSize);
}

function pageUrl(url: string, query: Query, page: number): string {
  const parameters = new URLSearchParams();
  if (page > 1) parameters.set('page', String(page));
  for (const name of ['page_size', 'search'] as const) if (query[name]) parameters.set(name, query[name]);
  const text = parameters.toString();
  return text === '' ? url : `${url}?${text}`;
}
