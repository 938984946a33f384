/** A value of a JSON document. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** Number of uses from which on a part becomes a component. */
const minimumUses = 2;

/**
 * Moves repeated parts of an OpenAPI document to `components` and refers to them: schemas with a `title` become
 * `#/components/schemas/<title>`, and responses whose content has such a schema `#/components/responses/<title><status>`. Only
 * identical parts share a component, so the meaning does not change. If a name has several meanings, the later ones are numbered.
 * @param document without references
 */
export function hoistComponents(document: JsonObject): JsonObject {
  const uses = { schemas: new Map<string, Uses>(), responses: new Map<string, Uses>() };
  visit(document.paths ?? {}, (kind, name, part) => {
    const text = JSON.stringify(part);
    const known = uses[kind].get(text);
    uses[kind].set(text, { name, count: (known?.count ?? 0) + 1 });
  });
  const names: Names = { schemas: nameComponents(uses.schemas), responses: nameComponents(uses.responses) };
  const components = document.components as JsonObject;
  const extensions = Object.entries(document).filter(([name]) => name.startsWith('x-'));
  return {
    ...document,
    components: {
      ...components,
      schemas: defineComponents(names.schemas, names),
      responses: defineComponents(names.responses, names),
    },
    paths: refer(document.paths ?? {}, names),
    ...Object.fromEntries(extensions.map(([name, value]) => [name, refer(value, names)])),
  };
}

interface Uses {
  readonly name: string;
  readonly count: number;
}

/** The name of each component, by its JSON text. */
interface Names {
  readonly schemas: ReadonlyMap<string, string>;
  readonly responses: ReadonlyMap<string, string>;
}

type Visitor = (kind: keyof Names, name: string, part: JsonObject) => void;

/** Calls `visitor` for every part that may become a component, in the order of the document. */
function visit(value: Json, visitor: Visitor): void {
  if (isList(value)) for (const item of value) visit(item, visitor);
  else if (isObject(value)) {
    if (isTitled(value)) visitor('schemas', value.title, value);
    for (const [key, child] of Object.entries(value)) {
      if (key === 'responses' && isObject(child))
        for (const [status, response] of Object.entries(child)) {
          const title = titleOf(response);
          if (title !== undefined) visitor('responses', `${title}${status}`, response as JsonObject);
        }
      visit(child, visitor);
    }
  }
}

function nameComponents(uses: ReadonlyMap<string, Uses>): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [text, { name, count }] of uses) {
    if (count < minimumUses) continue;
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
    taken.add(free);
    names.set(text, free);
  }
  return names;
}

/** The components themselves, by name. Their own parts are references where possible. */
function defineComponents(named: ReadonlyMap<string, string>, names: Names): JsonObject {
  const definitions = [...named].map(([text, name]): [string, Json] => [
    name,
    referWithin(JSON.parse(text) as JsonObject, names),
  ]);
  return Object.fromEntries(definitions.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Replaces parts that are components by references. */
function refer(value: Json, names: Names): Json {
  if (isList(value)) return value.map((item) => refer(item, names));
  if (!isObject(value)) return value;
  const text = JSON.stringify(value);
  const schema = isTitled(value) ? names.schemas.get(text) : undefined;
  if (schema !== undefined) return { $ref: `#/components/schemas/${schema}` };
  const response = names.responses.get(text);
  if (response !== undefined) return { $ref: `#/components/responses/${response}` };
  return referWithin(value, names);
}

const referWithin = (value: JsonObject, names: Names): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, child]) => [key, refer(child, names)]));

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is a schema with a title; a property may be called `title`, too. */
const isTitled = (value: JsonObject): value is JsonObject & { title: string } =>
  typeof value.title === 'string' && ['type', 'anyOf', 'oneOf', 'allOf', 'properties'].some((keyword) => keyword in value);

/** The title of a response's schema, if it has one. */
function titleOf(response: Json): string | undefined {
  if (!isObject(response) || !isObject(response.content)) return undefined;
  const [first] = Object.values(response.content);
  const schema = isObject(first) ? first.schema : undefined;
  return isObject(schema) && isTitled(schema) ? schema.title : undefined;
}
