import t from 'tap';
import { parse } from 'yaml';
import { describeRoutes, generateOpenApi } from '../../src/commands/openapi.js';
import { hoistComponents, type Json, type JsonObject } from '../../src/platform/hoist-components.js';

/** Follows a reference. @throws if its target does not exist */
function follow(document: JsonObject, reference: string): JsonObject {
  let target: Json | undefined = document;
  for (const name of reference.replace(/^#\//, '').split('/')) target = (target as JsonObject)[name];
  if (target === undefined) throw new Error(`${reference} does not exist`);
  return target as JsonObject;
}

/** The value with all references replaced by their targets. */
function resolve(value: Json, document: JsonObject): Json {
  if (Array.isArray(value)) return value.map((item) => resolve(item, document));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  if (typeof object.$ref === 'string') return resolve(follow(document, object.$ref), document);
  return Object.fromEntries(Object.entries(object).map(([name, child]) => [name, resolve(child, document)]));
}

const error: JsonObject = { type: 'object', properties: { title: { type: 'string' } }, title: 'Failure' };
const answer = (schema: JsonObject): JsonObject => ({ description: 'no', content: { 'application/json': { schema } } });
const operation = (...schemas: JsonObject[]): JsonObject => ({
  responses: Object.fromEntries(schemas.map((schema, i) => [`${400 + i}`, answer(schema)])),
});

t.test('repeated schemas and responses become components, in the parts of others too', async (t) => {
  const outer: JsonObject = { type: 'array', items: error, title: 'List' };
  const document: JsonObject = {
    components: {},
    paths: { '/a': { get: operation(error, outer) }, '/b': { get: operation(error, outer) } },
  };
  const { components, paths } = hoistComponents(document);
  t.same(components, {
    schemas: { Failure: error, List: { type: 'array', items: { $ref: '#/components/schemas/Failure' }, title: 'List' } },
    responses: {
      Failure400: answer({ $ref: '#/components/schemas/Failure' }),
      List401: answer({ $ref: '#/components/schemas/List' }),
    },
  });
  const responses = { 400: { $ref: '#/components/responses/Failure400' }, 401: { $ref: '#/components/responses/List401' } };
  t.same(paths, { '/a': { get: { responses } }, '/b': { get: { responses } } });
});

t.test('a single use stays where it is; two meanings of one title get two names', async (t) => {
  const other: JsonObject = { ...error, required: ['title'] };
  const single: JsonObject = { type: 'string', title: 'Single' };
  const document: JsonObject = {
    components: {},
    paths: { '/a': { get: operation(error, other, single) }, '/b': { get: operation(other, error) } },
  };
  const hoisted = hoistComponents(document);
  const { schemas } = hoisted.components as JsonObject;
  t.same(schemas, { Failure: error, 'Failure-2': other });
  t.same(resolve(hoisted.paths!, hoisted), document.paths);
});

t.test('openapi.yaml: every reference has a target, and resolved it is the document of the routes', async (t) => {
  const described = await describeRoutes();
  const hoisted = parse(await generateOpenApi()) as JsonObject;
  t.same(resolve(hoisted.paths!, hoisted), described.paths);
  const { schemas, responses, ...others } = hoisted.components as JsonObject;
  const { schemas: _, ...rest } = described.components as JsonObject;
  t.same(others, rest);
  for (const [kind, components] of Object.entries({ schemas, responses }))
    for (const name of Object.keys(components as JsonObject)) {
      t.match(name, /^[a-zA-Z0-9._-]+$/);
      t.ok(JSON.stringify(hoisted).includes(`"#/components/${kind}/${name}"`), `${kind}/${name} is used`);
    }
});
