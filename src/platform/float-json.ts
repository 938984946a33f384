import type { TSchema } from 'typebox';

/** Where the floats of a value are. Undefined: it contains none. */
type Shape = ShapeNode | undefined;
interface ShapeNode {
  readonly isFloat: boolean;
  readonly members: Readonly<Record<string, ShapeNode>>;
  /** members that the schema does not name */
  readonly others: Shape;
  readonly items: Shape;
}

/**
 * A number as typed clients expect a float: always with a fraction (`1.0`, `1.0e-7`), since some of them read `1` as an integer
 * and fail. Reading it gives the same number; the sign of zero is dropped.
 * @returns `null` for a number that JSON does not have, as JSON.stringify does
 */
export function toFloatText(value: number): string {
  const text = JSON.stringify(value);
  return text.includes('.') || !Number.isFinite(value) ? text : text.replace(/^(-?\d+)/, '$1.0');
}

/**
 * Creates a JSON.stringify that writes each value with the schema's type `number` as a float, and `integer` as it is. It does
 * nothing else with the schema: members and their order remain the value's.
 * @param schema without references
 */
export function compileFloatJson(schema: TSchema): (value: unknown) => string {
  const shape = findFloats(schema);
  return shape ? (value) => write(value, shape) ?? 'null' : JSON.stringify;
}

/** A JSON schema, as far as floats can be found in it. */
interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly items?: SchemaPart | readonly SchemaPart[];
  readonly anyOf?: readonly SchemaPart[];
  readonly oneOf?: readonly SchemaPart[];
  readonly allOf?: readonly SchemaPart[];
}

function findFloats(schema: SchemaPart): Shape {
  const { type, properties = {}, patternProperties = {}, additionalProperties, items = [] } = schema;
  const members = Object.entries(properties).map(([name, part]) => [name, findFloats(part)] as const);
  const open = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  const own: ShapeNode = {
    isFloat: type === 'number' || (Array.isArray(type) && type.includes('number')),
    members: Object.fromEntries(members.filter((member): member is [string, ShapeNode] => member[1] !== undefined)),
    others: mergeAll([...open, ...Object.values(patternProperties)].map(findFloats)),
    items: mergeAll([items].flat().map(findFloats)),
  };
  const isEmpty = !own.isFloat && !own.others && !own.items && Object.keys(own.members).length === 0;
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return mergeAll([isEmpty ? undefined : own, ...[...anyOf, ...oneOf, ...allOf].map(findFloats)]);
}

const mergeAll = (shapes: readonly Shape[]): Shape => shapes.reduce(merge, undefined);

function merge(a: Shape, b: Shape): Shape {
  if (!a || !b) return a ?? b;
  const members = { ...a.members };
  for (const [name, shape] of Object.entries(b.members)) members[name] = merge(members[name], shape)!;
  return { isFloat: a.isFloat || b.isFloat, members, others: merge(a.others, b.others), items: merge(a.items, b.items) };
}

/** @returns undefined for what JSON.stringify leaves out */
function write(value: unknown, shape: Shape): string | undefined {
  if (!shape || value === null || (typeof value === 'object' && 'toJSON' in value)) return JSON.stringify(value);
  if (typeof value === 'number') return shape.isFloat ? toFloatText(value) : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, shape.items) ?? 'null').join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    const text = write(member, Object.hasOwn(shape.members, name) ? shape.members[name] : shape.others);
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join(',')}}`;
}
